//! The result of a role template on values, without an entry.

use std::collections::BTreeSet;

use serde::Serialize;

use super::line::Mark;
use crate::authz::role_reader::RoleReader;
use crate::authz::trace_step::RoleOutcome;
use crate::config::role::{InvalidRole, Role, in_order};
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
    /// The roles that come out, in a sentence.
    pub text: String,
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
    /// Whether a role comes out.
    pub mark: Mark,
    /// The outcome in words, with values in backticks.
    pub text: String,
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
    let values = values.iter().map(|value| {
        let outcome = reader.read_value(value);
        let (mark, text) = words(&outcome);
        RoleMatch {
            value: value.clone(),
            name: template.extract(value, project).map(str::to_owned),
            outcome,
            mark,
            text,
        }
    });
    let values: Vec<_> = values.collect();
    RoleMatches { before, after, text: summary(&values), values }
}

fn words(outcome: &RoleOutcome) -> (Mark, String) {
    let text = match outcome {
        RoleOutcome::Kept(role) => return (Mark::Passed, format!("the role `{role}`")),
        RoleOutcome::NotAllowed(role) => format!("`{role}`, which `allowedRoles` does not name"),
        RoleOutcome::NoMatch => "not of that form".to_owned(),
        RoleOutcome::NotARole => format!("of that form, but no role: a role is {InvalidRole}"),
        RoleOutcome::NotAString => "not a text".to_owned(),
    };
    (Mark::Skipped, text)
}

fn summary(values: &[RoleMatch]) -> String {
    let kept: BTreeSet<_> = values
        .iter()
        .filter_map(|value| match &value.outcome {
            RoleOutcome::Kept(role) => Some(role.as_str()),
            _ => None,
        })
        .collect();
    if kept.is_empty() {
        return "No role comes out.".to_owned();
    }
    format!("Roles: {}.", kept.into_iter().collect::<Vec<_>>().join(", "))
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
        assert_eq!(matches.text, "Roles: access.");
        let marks: Vec<_> = matches.values.iter().map(|value| value.mark).collect();
        assert_eq!(marks, [Mark::Passed, Mark::Skipped, Mark::Skipped, Mark::Skipped]);
        assert!(matches.values[1].text.contains("`allowedRoles`"), "{}", matches.values[1].text);
        assert!(matches.values[2].text.contains(&InvalidRole.to_string()), "{}", matches.values[2].text);
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
