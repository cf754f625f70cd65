//! Role templates on values.

use edge_authorizer::inspection::{self, MatchQuestion, RoleMatches};
use edge_authorizer::{ProjectId, Role, RoleTemplate};

/// What a template makes of values.
pub fn match_roles(question: &MatchQuestion) -> Result<RoleMatches, String> {
    let template = RoleTemplate::try_from(&*question.template).map_err(|error| error.to_string())?;
    let project = ProjectId::try_from(&*question.project).map_err(|error| error.to_string())?;
    let read = |roles: &Vec<String>| -> Vec<_> {
        roles.iter().filter_map(|role| Role::try_from(&**role).ok()).collect()
    };
    let allowed = question.allowed_roles.as_ref().map(read);
    Ok(inspection::match_roles(&template, allowed.as_deref(), &project, &question.values))
}
