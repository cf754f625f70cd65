//! Why a request is not forwarded.

use edge_authorizer::{ErrorCode, InvalidSecret};

/// Why a request is not forwarded: the code, and what there is to say about this very request.
#[derive(Debug)]
pub struct NotForwarded {
    /// The code.
    pub code: ErrorCode,
    /// What is wrong with this request in particular.
    pub reason: Option<&'static str>,
    /// The secret of the origin that cannot be sent, which operators should know.
    pub secret: Option<InvalidSecret>,
}

impl From<ErrorCode> for NotForwarded {
    fn from(code: ErrorCode) -> Self {
        Self { code, reason: None, secret: None }
    }
}
