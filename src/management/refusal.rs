//! Why a change to a project is refused.

use crate::error_code::ErrorCode;
use crate::fault::Faults;

/// Why a change is not made.
#[derive(Clone, Debug, PartialEq)]
pub enum Refusal {
    /// The project or identity provider does not exist.
    NotFound,
    /// The id is taken.
    Exists,
    /// The precondition of the request does not hold.
    PreconditionFailed,
    /// A limit of the project is reached.
    TooMany,
    /// The document has faults.
    Invalid(Faults),
}

impl Refusal {
    /// Its error code.
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
