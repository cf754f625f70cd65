//! Why a request is not forwarded.

use edge_authorizer::forwarding::ForwardingFault;
use edge_authorizer::login::LoginRedirect;
use edge_authorizer::{Decision, Denial, ErrorCode, InvalidSecret, Target};

use crate::http::{Response, login_problem, problem_with};

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

impl NotForwarded {
    /// The answer to a request of `target`. Where the login's pages help, a person who opens a page (`navigates`) is sent there,
    /// and a program is told where to sign in.
    pub fn answer(
        &self,
        decision: &Decision,
        target: &Target<'_>,
        navigates: impl FnOnce() -> bool,
        request_id: &str,
    ) -> Response {
        let denial = Denial { code: self.code, realm: decision.project.clone() };
        let without_login = || problem_with(&denial, request_id, None, self.reason);
        let Some(redirect) = decision.login_redirect else { return without_login() };
        let location = redirect.location(target);
        match redirect {
            _ if navigates() => Response::redirect(&location).with("x-request-id", request_id),
            LoginRedirect::SignIn => login_problem(&denial, request_id, &location),
            LoginRedirect::RoleMissing | LoginRedirect::OtherAccount => without_login(),
        }
    }
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
