//! A request of which somebody wants to know what would become of it.

use serde_json::{Map, Value};

use crate::document::{self, Faults};

/// A request, and what it has for a token.
#[derive(Debug)]
pub struct Question {
    /// Its token.
    pub token: Option<String>,
    /// Claims that nobody signed, instead of a token.
    pub claims: Option<Map<String, Value>>,
    /// Its method.
    pub method: String,
    /// Its path.
    pub path: String,
}

impl Question {
    /// Reads `{"token", "method", "path"}`, or `claims` in place of the token; a request may have neither.
    pub fn parse(document: &Value) -> Result<Self, Faults> {
        document::read(document, |node| {
            node.properties(|question| {
                let token = question.optional("token");
                let claims = question.optional("claims");
                if let Some(claims) =
                    claims.as_ref().filter(|node| token.is_some() || !node.value().is_object())
                {
                    claims.fault("an object of claims, or a `token` instead");
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

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::json;

    #[test]
    fn a_request_has_a_token_or_claims_or_neither() {
        let read = |more: Value| {
            let mut document = json!({ "method": "GET", "path": "/x" });
            document.as_object_mut().unwrap().extend(more.as_object().unwrap().clone());
            Question::parse(&document).map(|question| (question.token, question.claims.is_some()))
        };
        assert_eq!(read(json!({})), Ok((None, false)));
        assert_eq!(read(json!({ "token": "t", "claims": null })), Ok((Some("t".to_owned()), false)));
        assert_eq!(read(json!({ "claims": {} })), Ok((None, true)));
        assert!(read(json!({ "token": "t", "claims": {} })).is_err());
        assert!(read(json!({ "claims": [] })).is_err());
        assert!(read(json!({ "query": "" })).is_err());
    }

    #[test]
    fn all_faults_are_found() {
        let faults = Question::parse(&json!({ "token": 7, "method": 7 })).unwrap_err();
        let places: Vec<_> = faults.as_slice().iter().map(|fault| &*fault.pointer).collect();
        assert_eq!(places, ["/path", "/token", "/method"]);
    }
}
