//! Messages to projects: records of which may be elsewhere.

use edge_authorizer::{ProjectId, Role, Unavailable};
use serde::{Deserialize, Serialize};

/// Whether a project admits roles for its members.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub enum RolesAdmission {
    /// It does, and so does the directory.
    Admitted,
    /// There is no such project.
    NoProject,
    /// It has as many different roles as it can have.
    TooMany,
    /// It has an entry with the id of the built-in one.
    EntryTaken,
}

/// Has projects do something where their records are.
///
/// At Cloudflare: a message to the project's object, which calls [`crate::ControlPlane::admit_roles`].
pub trait Projects {
    /// Has a project admit roles for its members, and take the entries of its audit log that wait in the directory. Without roles it
    /// only has to exist.
    fn admit_roles(
        &self,
        project: &ProjectId,
        roles: &[Role],
    ) -> impl Future<Output = Result<RolesAdmission, Unavailable>>;
}
