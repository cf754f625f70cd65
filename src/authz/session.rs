//! The session that a request presents in place of a token.

use crate::authz::evaluation::Evaluation;
use crate::authz::request::Request;
use crate::authz::trace_step::{SessionOutcome, TraceStep};
use crate::error_code::ErrorCode;
use crate::unavailable::Unavailable;
use crate::users::{PresentedSession, SessionCookie};

impl Evaluation {
    /// The cookie of the session that the request presents in place of a token.
    pub fn session<'r>(&mut self, request: &Request<'r>) -> Result<Option<&'r SessionCookie>, ErrorCode> {
        match request.session.filter(|_| self.takes_session) {
            None => Ok(None),
            Some(PresentedSession::Several) => {
                self.reason = Some("several `__Host-session` cookies");
                Err(ErrorCode::RequestInvalid)
            }
            Some(PresentedSession::CrossSite) => {
                self.trace.push(TraceStep::Session { outcome: SessionOutcome::CrossSite });
                Err(ErrorCode::CrossSite)
            }
            Some(PresentedSession::Cookie(cookie)) => Ok(Some(cookie)),
        }
    }

    /// The access token of the session that the request presents; `None` if there is no such session.
    pub fn find_session<'t>(
        &mut self,
        token: Result<Option<&'t str>, Unavailable>,
    ) -> Result<&'t str, ErrorCode> {
        let (outcome, token) = match token {
            Ok(Some(token)) => (SessionOutcome::Found, Ok(token)),
            Ok(None) => (SessionOutcome::Unknown, Err(ErrorCode::TokenMissing)),
            Err(Unavailable) => (SessionOutcome::Unavailable, Err(ErrorCode::SessionUnavailable)),
        };
        self.trace.push(TraceStep::Session { outcome });
        token
    }
}
