//! Who a caller is.

use serde::Serialize;

use crate::config::idp_id::IdpId;
use crate::config::role::Roles;
use crate::http::header_rules;
use crate::project_id::ProjectId;

/// What a role costs in memory beside its name: its place in the list and its allocation, in bytes.
const ROLE_BYTES: usize = 48;

/// Who a caller is, in the words of the project that vouches for them.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct Identity {
    /// The project in whose name the identity provider was asked.
    pub project: ProjectId,
    /// The entry that recognised the caller.
    pub idp: IdpId,
    /// The caller's id at the identity provider, 1 to 256 characters.
    pub subject: String,
    /// The caller's roles in the project, each once and in order.
    pub roles: Roles,
}

impl Identity {
    /// What it holds in memory, in bytes; each role costs its name and the places that point to it.
    pub(crate) fn bytes(&self) -> usize {
        let roles: usize = self.roles.iter().map(|role| role.as_str().len() + ROLE_BYTES).sum();
        size_of::<Self>() + self.subject.len() + roles
    }

    /// The headers by which an origin knows the caller.
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
