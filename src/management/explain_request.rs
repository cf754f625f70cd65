//! A request to explain a decision.

use serde_json::{Map, Value};

use crate::document_reader::{self, Node};
use crate::fault::Faults;
use crate::token::malformed::MAX_TOKEN_LENGTH;

/// The request to explain, with a token, claims or neither.
#[derive(Debug)]
pub struct ExplainRequest {
    /// Its token.
    pub token: Option<String>,
    /// Unsigned claims, instead of a token.
    pub claims: Option<Map<String, Value>>,
    /// Its method.
    pub method: String,
    /// Its path.
    pub path: String,
}

impl ExplainRequest {
    /// Reads `{"token", "method", "path"}`, or `claims` in place of the token; a request may have neither.
    pub fn parse(document: &Value) -> Result<Self, Faults> {
        document_reader::read(document, |node| {
            node.properties(|question| {
                let token = question.optional("token");
                let claims = question.optional("claims");
                if let Some(claims) = &claims {
                    check_claims(claims, token.is_some());
                }
                let method = question.required("method", "the request's method");
                let path = question.required("path", "the request's path");
                let [token, method, path] =
                    [token, method, path].map(|node| node.and_then(|node| node.text().map(str::to_owned)));
                let claims = claims.and_then(|node| node.value().as_object().cloned());
                Some(Self { token, claims, method: method?, path: path? })
            })
        })
    }
}

/// The most bytes of claims: as many as fit into the longest token, so that claims cost no more to explain than a token.
const MAX_CLAIMS: usize = MAX_TOKEN_LENGTH / 4 * 3;

fn check_claims(claims: &Node<'_>, has_token: bool) {
    if has_token || !claims.value().is_object() {
        claims.fault("an object of claims, or a `token` instead");
    } else if claims.value().to_string().len() > MAX_CLAIMS {
        claims.fault(format_args!("at most {MAX_CLAIMS} bytes, which is what a token has room for"));
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::json;

    #[test]
    fn explain_request_has_a_token_or_claims_or_neither() {
        let read = |more: Value| {
            let mut document = json!({ "method": "GET", "path": "/x" });
            document.as_object_mut().unwrap().extend(more.as_object().unwrap().clone());
            ExplainRequest::parse(&document).map(|question| (question.token, question.claims.is_some()))
        };
        assert_eq!(read(json!({})), Ok((None, false)));
        assert_eq!(read(json!({ "token": "t", "claims": null })), Ok((Some("t".to_owned()), false)));
        assert_eq!(read(json!({ "claims": {} })), Ok((None, true)));
        assert!(read(json!({ "token": "t", "claims": {} })).is_err());
        assert!(read(json!({ "claims": [] })).is_err());
        assert!(read(json!({ "query": "" })).is_err());
    }

    #[test]
    fn claims_are_limited_to_the_size_of_a_token() {
        let read = |length: usize| {
            let claims = json!({ "a": "x".repeat(length - r#"{"a":""}"#.len()) });
            ExplainRequest::parse(&json!({ "method": "GET", "path": "/x", "claims": claims }))
        };
        assert!(read(MAX_CLAIMS).is_ok());
        let faults = read(MAX_CLAIMS + 1).unwrap_err();
        assert_eq!(faults.as_slice()[0].expected, "at most 12288 bytes, which is what a token has room for");
    }

    #[test]
    fn all_faults_are_found() {
        let faults = ExplainRequest::parse(&json!({ "token": 7, "method": 7 })).unwrap_err();
        let places: Vec<_> = faults.as_slice().iter().map(|fault| &*fault.pointer).collect();
        assert_eq!(places, ["/path", "/token", "/method"]);
    }
}
