//! What a user may do: roles of the platform and of projects.

use std::collections::BTreeMap;
use std::sync::Arc;

use serde::de::{Deserializer, Error};
use serde::{Deserialize, Serialize, Serializer};

use crate::accounts::{ADMIN, AUDITOR, PLATFORM_ROLES};
use crate::config::role::{Role, Roles, in_order};
use crate::document_reader::Node;
use crate::project_id::{InvalidProjectId, ProjectId};

/// The most roles of a user on the platform and in all projects.
pub const MAX_ROLES: usize = 200;

/// The most bytes of a user's roles as a token has them: with all of them it is shorter than the longest that is accepted.
pub const MAX_ROLE_BYTES: usize = 4 * 1024;

/// The same of the roles that a project's owners give one of its members: no project takes up the room of others.
const MAX_MEMBER_ROLES: usize = 20;
const MAX_MEMBER_ROLE_BYTES: usize = 1024;

/// The roles of a user in projects, by project; none has an empty list.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct ProjectRoles(BTreeMap<ProjectId, Roles>);

impl ProjectRoles {
    /// The roles in a project; empty where the user has none.
    pub fn of(&self, project: &ProjectId) -> &[Role] {
        self.0.get(project).map_or(&[], |roles| roles)
    }

    /// The projects with the roles there, in order.
    pub fn iter(&self) -> impl Iterator<Item = (&ProjectId, &Roles)> {
        self.0.iter()
    }

    /// Sets the roles in a project; an empty list removes it.
    pub fn set(&mut self, project: &ProjectId, roles: Roles) {
        if roles.is_empty() {
            self.0.remove(project);
        } else {
            self.0.insert(project.clone(), roles);
        }
    }

    /// Reads `{"<project>": ["<role>", …]}`.
    pub(super) fn read(node: &Node<'_>) -> Option<Self> {
        let mut projects = Self::default();
        for (name, node) in node.members()? {
            let roles = read_roles(&node);
            match ProjectId::try_from(name) {
                Ok(project) if project.is_platform() => {
                    node.fault(format_args!("as its name a project; roles of the platform are in `roles`"));
                }
                Ok(project) => projects.set(&project, roles.unwrap_or_default()),
                Err(InvalidProjectId) => {
                    node.fault(format_args!("as its name a project, {InvalidProjectId}"));
                }
            }
        }
        Some(projects)
    }
}

/// Reads a list of roles, each once; it may be empty.
pub(super) fn read_roles(node: &Node<'_>) -> Option<Roles> {
    let elements = node.elements()?;
    if elements.len() > MAX_ROLES {
        node.fault(format_args!("at most {MAX_ROLES} roles"));
        return None;
    }
    let roles: Vec<_> = elements.iter().map(Node::parse).collect();
    Some(in_order(roles.into_iter().collect::<Option<Vec<Role>>>()?))
}

/// Reads the roles of the platform.
pub(super) fn read_platform_roles(node: &Node<'_>) -> Option<Roles> {
    let read = |element: &Node<'_>| {
        let role = element.value().as_str().filter(|text| PLATFORM_ROLES.contains(text));
        if role.is_none() {
            element.fault(format_args!("`{ADMIN}` or `{AUDITOR}`, the roles of the platform"));
        }
        Role::try_from(role?).ok()
    };
    let roles: Vec<_> = node.elements()?.iter().map(read).collect();
    Some(in_order(roles.into_iter().collect::<Option<_>>()?))
}

/// The roles as tokens have them: `platform.admin`, `plant7.access`.
pub fn token_roles(platform: &Roles, projects: &ProjectRoles) -> Vec<String> {
    let platform_id = ProjectId::platform();
    let all = std::iter::once((&platform_id, platform)).chain(projects.iter());
    all.flat_map(|(project, roles)| roles.iter().map(move |role| format!("{project}.{role}"))).collect()
}

/// Why a user cannot have so many roles; `None` if they can.
pub(super) fn excess(platform: &Roles, projects: &ProjectRoles) -> Option<String> {
    let roles = token_roles(platform, projects);
    let bytes = bytes_of(&roles);
    if roles.len() > MAX_ROLES {
        return Some(format!("at most {MAX_ROLES} roles in all"));
    }
    (bytes > MAX_ROLE_BYTES)
        .then(|| format!("at most {MAX_ROLE_BYTES} bytes of roles in all, as a token has them"))
}

/// Whether roles in a project are more than its owners give a member.
pub fn is_beyond_share(project: &ProjectId, roles: &Roles) -> bool {
    let mut alone = ProjectRoles::default();
    alone.set(project, roles.clone());
    roles.len() > MAX_MEMBER_ROLES || bytes_of(&token_roles(&no_roles(), &alone)) > MAX_MEMBER_ROLE_BYTES
}

/// How many bytes they take in a token, with quotes and commas.
fn bytes_of(roles: &[String]) -> usize {
    roles.iter().map(|role| role.len() + 3).sum()
}

/// No roles.
pub(super) fn no_roles() -> Roles {
    Arc::new([])
}

impl Serialize for ProjectRoles {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.collect_map(&self.0)
    }
}

impl<'de> Deserialize<'de> for ProjectRoles {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        let mut projects = Self::default();
        for (name, roles) in BTreeMap::<String, Vec<Role>>::deserialize(deserializer)? {
            let project = ProjectId::try_from(&*name).map_err(D::Error::custom)?;
            projects.set(&project, in_order(roles));
        }
        Ok(projects)
    }
}
