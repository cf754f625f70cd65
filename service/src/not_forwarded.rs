//! Why a request is not forwarded.

use edge_authorizer::forwarding::ForwardingFault;
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

impl From<ForwardingFault> for NotForwarded {
    fn from(fault: ForwardingFault) -> Self {
        Self { reason: Some(fault.reason()), ..ErrorCode::RequestInvalid.into() }
    }
}

impl From<InvalidSecret> for NotForwarded {
    fn from(invalid: InvalidSecret) -> Self {
        let reason = "the gateway lacks a valid secret for this route's origin; its operator has to set it";
        Self { code: ErrorCode::ConfigUnavailable, reason: Some(reason), secret: Some(invalid) }
    }
}
