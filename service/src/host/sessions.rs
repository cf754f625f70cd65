//! Sessions, as the control plane serves them.

use std::fmt;
use std::sync::Arc;

use edge_authorizer::users::SessionCookie;
use edge_authorizer::{Faults, NumericDate, Unavailable, document_reader, strict_json};
use serde::{Deserialize, Serialize};

/// The access token of a session. Its `Debug` does not show it.
#[derive(Clone, PartialEq, Serialize, Deserialize)]
pub struct SessionToken {
    /// The token.
    pub token: Arc<str>,
    /// Until when it may be used without asking again.
    pub until: NumericDate,
}

impl fmt::Debug for SessionToken {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "SessionToken until {:?}", self.until)
    }
}

/// The access token of a session; `None` if there is no such session.
pub type SessionAnswer = Result<Option<SessionToken>, Unavailable>;

impl SessionToken {
    /// Reads an answer as it is sent: `{"token", "until"}`, or `null`. The data plane reads it like other documents, as it does
    /// [`super::IssuerResponse`].
    pub fn parse(text: &str) -> Result<Option<Self>, Faults> {
        if text == "null" {
            return Ok(None);
        }
        let document = strict_json::from_slice(text.as_bytes()).unwrap_or_default();
        document_reader::read_stored(&document, |node| {
            node.properties(|answer| {
                let token = answer.required("token", "the access token").and_then(|node| node.text());
                let until = answer.required("until", "a time").and_then(|node| node.number());
                Some(Some(Self { token: token?.into(), until: NumericDate::from_seconds(until?) }))
            })
        })
    }
}

/// Asks where sessions are stored for the access token of one.
///
/// At Cloudflare that is the control plane, which the data plane asks. A host with both planes in one process calls its control
/// plane.
pub trait SessionSource {
    /// The session's access token.
    fn ask_session(&self, cookie: &SessionCookie) -> impl Future<Output = SessionAnswer>;
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_answer_is_read_as_it_is_written() {
        let token = SessionToken { token: "a.b.c".into(), until: NumericDate::from_seconds(1.5) };
        for answer in [None, Some(token)] {
            assert_eq!(SessionToken::parse(&serde_json::to_string(&answer).unwrap()), Ok(answer));
        }
        for bad in ["", "[]", "{}", r#"{"token":"a.b.c"}"#, r#"{"token":1,"until":1}"#] {
            assert!(SessionToken::parse(bad).is_err(), "{bad}");
        }
    }

    #[test]
    fn debug_shows_no_token() {
        let token = SessionToken { token: "a.b.c".into(), until: NumericDate::from_seconds(1.5) };
        assert!(!format!("{token:?}").contains("a.b.c"));
    }
}
