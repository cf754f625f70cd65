//! Explanations of requests to the management API: whether a caller may send them by a role on the platform.

use crate::authz::decision::Outcome;
use crate::authz::explanation::Explanation;
use crate::authz::identity::Identity;
use crate::authz::owner_refusal::OwnerRefusal;
use crate::authz::platform_access::{PlatformAccess, PlatformRole};
use crate::authz::trace::Trace;
use crate::authz::trace_step::TraceStep;
use crate::config::role::{Role, Roles};
use crate::error_code::ErrorCode;
use crate::http::method::Method;

/// The caller must have one of some roles on the platform; the outcome says why they do or do not.
#[derive(Clone, Debug)]
pub struct PlatformExplanation {
    method: Method,
    required: Roles,
}

impl PlatformExplanation {
    /// Of a request with `method`, which only reads or changes something.
    pub fn new(method: Method, is_read: bool) -> Self {
        let roles =
            if is_read { &[PlatformRole::Admin, PlatformRole::Auditor][..] } else { &[PlatformRole::Admin] };
        let required = roles.iter().filter_map(|role| Role::try_from(role.as_str()).ok()).collect();
        Self { method, required }
    }

    /// The explanation for a token, of which it was found out whether it gives access to the platform.
    pub fn of_token(&self, found: Result<PlatformAccess, OwnerRefusal>) -> Explanation {
        match found {
            Ok(access) => self.of_caller(access.identity(), access.trace().clone()),
            Err(OwnerRefusal { identity: Some(identity), trace, .. }) => self.of_caller(&identity, trace),
            Err(OwnerRefusal { denial, trace, .. }) => {
                Explanation::new(Outcome::Deny, Some(denial.code), None, trace)
            }
        }
    }

    /// The explanation for a caller whom the platform's entry identifies.
    pub(crate) fn of_caller(&self, identity: &Identity, mut trace: Trace) -> Explanation {
        let (method, required) = (self.method, self.required.clone());
        let is_allowed = identity.roles.iter().any(|role| required.contains(role));
        trace.push(TraceStep::Access { method, required, held: identity.roles.clone() });
        let (verdict, code) = if is_allowed {
            (Outcome::Permit, None)
        } else {
            (Outcome::Deny, Some(ErrorCode::AdministratorOnly))
        };
        let explanation = Explanation::new(verdict, code, Some(identity), trace);
        // No origin gets it.
        Explanation { origin_headers: Vec::new(), ..explanation }
    }
}
