//! How the roles of a caller are read from a claim.

use serde_json::Value;

use crate::authz::trace::Trace;
use crate::authz::trace_step::{RoleOutcome, RolesClaimOutcome, TraceStep};
use crate::config::role::{Role, Roles, in_order};
use crate::config::role_template::RoleTemplate;
use crate::project_id::ProjectId;

/// The most values of a roles claim that a trace shows one by one.
const MAX_TRACED_VALUES: usize = 100;

/// How the values of a roles claim are read.
pub struct RoleReader<'e> {
    /// The form of each value.
    pub template: &'e RoleTemplate,
    /// The allowed roles, sorted; `None` allows all.
    pub allowed: Option<&'e [Role]>,
    /// The project whose roles they are.
    pub project: &'e ProjectId,
}

/// The values of a roles claim: those of an array, or of one string with spaces between (RFC 8693, section 4.2). `None` for any
/// other claim; a value that is not a string is `None` itself.
pub fn role_values(claim: &Value) -> Option<Vec<Option<&str>>> {
    match claim {
        Value::Array(values) => Some(values.iter().map(Value::as_str).collect()),
        Value::String(values) => {
            Some(values.split(' ').filter(|value| !value.is_empty()).map(Some).collect())
        }
        _ => None,
    }
}

impl RoleReader<'_> {
    /// The roles of a claim.
    pub fn read_claim(&self, claim: Option<&Value>, trace: &mut Trace) -> Roles {
        let values = match claim.map(role_values) {
            Some(Some(values)) => values,
            Some(None) => {
                trace.push(TraceStep::RolesClaim { outcome: RolesClaimOutcome::WrongShape });
                return Roles::default();
            }
            None => {
                trace.push(TraceStep::RolesClaim { outcome: RolesClaimOutcome::Missing });
                return Roles::default();
            }
        };
        let mut roles = Vec::new();
        for (index, value) in values.iter().enumerate() {
            let outcome = value.map_or(RoleOutcome::NotAString, |text| self.read_value(text));
            if let RoleOutcome::Kept(role) = &outcome {
                roles.push(role.clone());
            }
            if index < MAX_TRACED_VALUES {
                trace.push(TraceStep::Role { value: value.map(str::to_owned), outcome });
            }
        }
        if let Some(count) = values.len().checked_sub(MAX_TRACED_VALUES).filter(|count| *count > 0) {
            trace.push(TraceStep::MoreRoles { count });
        }
        in_order(roles)
    }

    /// The role of one value.
    pub fn read_value(&self, value: &str) -> RoleOutcome {
        let Some(name) = self.template.extract(value, self.project) else { return RoleOutcome::NoMatch };
        let Ok(role) = Role::try_from(name) else { return RoleOutcome::NotARole };
        if self.allowed.is_none_or(|allowed| allowed.binary_search(&role).is_ok()) {
            RoleOutcome::Kept(role)
        } else {
            RoleOutcome::NotAllowed(role)
        }
    }
}
