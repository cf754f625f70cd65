//! What a change of a user by an administrator changes in projects, as their owners may see it.

use serde_json::Value;

use super::user_change::UserChange;
use crate::config::role::Roles;
use crate::project_id::ProjectId;
use crate::users::{User, UserId};

/// A change of the roles that a user has in a project.
#[derive(Clone, Debug, PartialEq)]
pub struct MemberChange {
    /// Where.
    pub project: ProjectId,
    /// The same as a change of a member.
    pub change: UserChange,
    /// The member before.
    pub before: Option<Value>,
    /// The member after; `None` if the user has no roles there any more.
    pub after: Option<Value>,
}

/// The changes of members that the change of a user comes with.
pub(super) fn member_changes(
    current: Option<&User>,
    changed: Option<&User>,
    id: &UserId,
) -> Vec<MemberChange> {
    let roles_in = |user: Option<&User>, project: &ProjectId| -> Roles {
        user.map_or(&[][..], |user| user.settings.projects.of(project)).into()
    };
    let mut projects: Vec<_> = [current, changed].into_iter().flatten().flat_map(projects_of).collect();
    projects.sort();
    projects.dedup();
    let members = projects.into_iter().filter_map(|project| {
        let (had, has) = (roles_in(current, &project), roles_in(changed, &project));
        if had == has {
            return None;
        }
        let shown = |user: Option<&User>| user.and_then(|user| user.member_representation(id, &project));
        let (before, after) = (shown(current), shown(changed));
        let change = match (changed.filter(|_| after.is_some()), &before) {
            (None, _) => UserChange::RemoveMember { id: id.to_string() },
            (Some(user), None) => UserChange::AddMember { email: user.email().clone(), roles: has },
            (Some(_), Some(_)) => UserChange::ReplaceMember { id: id.to_string(), roles: has },
        };
        Some(MemberChange { project, change, before, after })
    });
    members.collect()
}

fn projects_of(user: &User) -> Vec<ProjectId> {
    user.settings.projects.iter().map(|(project, _)| project.clone()).collect()
}
