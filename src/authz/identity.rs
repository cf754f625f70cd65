//! Who a caller is.

use serde::Serialize;

use crate::config::idp_id::IdpId;
use crate::config::role::Roles;
use crate::http::header_rules;
use crate::project_id::ProjectId;

/// The overhead of a role beyond its name, in bytes of memory.
const ROLE_BYTES: usize = 48;

/// Who a caller is in a project.
#[derive(Clone, Debug, PartialEq, Eq, Hash, Serialize)]
pub struct Identity {
    /// The project that has the entry.
    pub project: ProjectId,
    /// The entry that identified the caller.
    pub idp: IdpId,
    /// The caller's id at the identity provider, 1 to 256 characters.
    pub subject: String,
    /// The caller's roles in the project, each once and in order.
    pub roles: Roles,
}

impl Identity {
    /// Its size in memory, in bytes.
    pub(crate) fn bytes(&self) -> usize {
        let roles: usize = self.roles.iter().map(|role| role.as_str().len() + ROLE_BYTES).sum();
        size_of::<Self>() + self.subject.len() + roles
    }

    /// The identity headers that an origin gets.
    pub fn headers(&self) -> [(&'static str, String); 4] {
        let Self { project, idp, subject, roles } = self;
        let roles: Vec<_> = roles.iter().map(|role| header_rules::encode(role.as_str())).collect();
        [
            ("X-Auth-Project", project.to_string()),
            ("X-Auth-Idp", idp.as_str().to_owned()),
            ("X-Auth-Subject", header_rules::encode(subject)),
            ("X-Auth-Roles", roles.join(",")),
        ]
    }
}
