//! Why a change to a project is refused.

use super::limit::Limit;
use crate::error_code::ErrorCode;
use crate::fault::Faults;

/// Why a change is not made.
#[derive(Clone, Debug, PartialEq)]
pub enum Refusal {
    /// The project does not exist.
    NoProject,
    /// The project has no entry with the id that is to be replaced.
    NoIdp,
    /// Nothing has that id.
    NotFound,
    /// The id is taken.
    Exists,
    /// The precondition of the request does not hold.
    PreconditionFailed,
    /// A limit of the project is reached.
    TooMany(Limit),
    /// A user would have too many roles.
    TooManyRoles,
    /// A member would have too many roles in the project.
    TooManyMemberRoles,
    /// A change of an account made the revocation, and the caller is no administrator.
    Automatic,
    /// The document has faults.
    Invalid(Faults),
}

impl Refusal {
    /// What its code does not say.
    pub fn reason(&self) -> Option<&'static str> {
        match self {
            Self::NoProject => Some(
                "there is no such project; the platform administrator creates it with PUT `/projects/{project}`",
            ),
            Self::NoIdp => Some(
                "the project has no entry with this id; POST to `/projects/{project}/custom-idp` adds one",
            ),
            Self::TooManyRoles => Some(
                "a user has at most 200 roles on the platform and in all projects, and 4096 bytes of them as a token has them",
            ),
            Self::TooManyMemberRoles => Some(
                "a member has at most 20 roles in a project, and 1024 bytes of them as a token has them; an administrator can give more",
            ),
            Self::TooMany(limit) => Some(limit.reason()),
            Self::Automatic => Some(
                "a change of a service account made this revocation; it ends by itself, and only an administrator removes it earlier",
            ),
            _ => None,
        }
    }

    /// Its error code.
    pub fn code(&self) -> ErrorCode {
        match self {
            Self::NoProject | Self::NoIdp | Self::NotFound => ErrorCode::NotFound,
            Self::Exists => ErrorCode::AlreadyExists,
            Self::PreconditionFailed => ErrorCode::PreconditionFailed,
            Self::TooMany(_) | Self::TooManyRoles | Self::TooManyMemberRoles => ErrorCode::LimitReached,
            Self::Automatic => ErrorCode::AdministratorOnly,
            Self::Invalid(_) => ErrorCode::DocumentInvalid,
        }
    }
}
