//! Why a change to a project is refused.

use crate::error_code::ErrorCode;
use crate::fault::Faults;

/// Why a change is not made.
#[derive(Clone, Debug, PartialEq)]
pub enum Refusal {
    /// There is no such project or identity provider.
    NotFound,
    /// There is one with that id already.
    Exists,
    /// The resource is not as the request demands.
    PreconditionFailed,
    /// The project has as much as it can have.
    TooMany,
    /// The document has faults.
    Invalid(Faults),
}

impl Refusal {
    /// The code by which it is told.
    pub fn code(&self) -> ErrorCode {
        match self {
            Self::NotFound => ErrorCode::NotFound,
            Self::Exists => ErrorCode::AlreadyExists,
            Self::PreconditionFailed => ErrorCode::PreconditionFailed,
            Self::TooMany => ErrorCode::LimitReached,
            Self::Invalid(_) => ErrorCode::DocumentInvalid,
        }
    }
}
