//! The result of a role template on values, without an entry.

use serde::Serialize;

use crate::authz::role_reader::RoleReader;
use crate::authz::trace::RoleOutcome;
use crate::config::role::{Role, in_order};
use crate::config::role_template::RoleTemplate;
use crate::project_id::ProjectId;

/// The results of a template on values.
#[derive(Clone, Debug, PartialEq, Serialize)]
#[cfg_attr(test, derive(ts_rs::TS))]
pub struct RoleMatches {
    /// The literal text before a role name.
    pub before: String,
    /// The literal text after it.
    pub after: String,
    /// The result for each value.
    pub values: Vec<RoleMatch>,
}

/// The result of a template on one value.
#[derive(Clone, Debug, PartialEq, Serialize)]
#[cfg_attr(test, derive(ts_rs::TS))]
pub struct RoleMatch {
    /// The value.
    pub value: String,
    /// The part that the template extracts as the role name.
    pub name: Option<String>,
    /// The outcome.
    pub outcome: RoleOutcome,
}

/// Reads `values` by a template as an entry does for `project`.
pub fn match_roles(
    template: &RoleTemplate,
    allowed: Option<&[Role]>,
    project: &ProjectId,
    values: &[String],
) -> RoleMatches {
    let allowed = allowed.map(|allowed| in_order(allowed.to_vec()));
    let reader = RoleReader { template, allowed: allowed.as_deref(), project };
    let (before, after) = template.around(project);
    let values = values.iter().map(|value| RoleMatch {
        value: value.clone(),
        name: template.extract(value, project).map(str::to_owned),
        outcome: reader.read_value(value),
    });
    RoleMatches { before, after, values: values.collect() }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_value_gets_a_match_and_an_outcome() {
        let template = RoleTemplate::try_from("{project}.{roleName}").unwrap();
        let project = ProjectId::try_from("p1").unwrap();
        let [access, admin] = ["access", "admin"].map(|role| Role::try_from(role).unwrap());
        let values = ["p1.access", "p1.admin", "p1.a b", "p2.access"].map(str::to_owned);
        let matches = match_roles(&template, Some(std::slice::from_ref(&access)), &project, &values);
        assert_eq!((&*matches.before, &*matches.after), ("p1.", ""));
        let outcomes: Vec<_> = matches.values.into_iter().map(|value| (value.name, value.outcome)).collect();
        assert_eq!(
            outcomes,
            [
                (Some("access".to_owned()), RoleOutcome::Kept(access)),
                (Some("admin".to_owned()), RoleOutcome::NotAllowed(admin)),
                (Some("a b".to_owned()), RoleOutcome::NotARole),
                (None, RoleOutcome::NoMatch),
            ]
        );
    }
}
