//! A request to explain a decision.

use serde_json::{Map, Value};

use crate::document_reader::{self, Node};
use crate::fault::Faults;
use crate::http::target::Target;
use crate::token::compact_jws::MAX_TOKEN_LENGTH;

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
    /// Reads `{"token", "method", "path"}`, or `claims` in place of the token; a request may have neither. The method is GET
    /// where none is given. The token may come with its scheme, and the path as a URL or with a query.
    pub fn parse(document: &Value) -> Result<Self, Faults> {
        document_reader::read(document, |node| {
            node.properties(|question| {
                let token = question.optional("token");
                let claims = question.optional("claims");
                if let Some(claims) = &claims {
                    check_claims(claims, token.is_some());
                }
                let method = question.optional("method");
                let path = question.required("path", "the request's path");
                let token = token.and_then(|node| node.text()).map(|token| without_scheme(token).to_owned());
                let method = method.map_or(Some("GET"), |node| node.text());
                let path = path.and_then(|node| node.text()).map(|path| Target::split(path).path.to_owned());
                let claims = claims.and_then(|node| node.value().as_object().cloned());
                Some(Self { token, claims, method: method?.to_owned(), path: path? })
            })
        })
    }
}

/// A token as it stands in a header, without `Bearer`.
fn without_scheme(token: &str) -> &str {
    let token = token.trim();
    match token.split_once(' ') {
        Some((scheme, token)) if scheme.eq_ignore_ascii_case("bearer") => token.trim_start(),
        _ => token,
    }
}

/// The most bytes of claims: as many as fit into the longest token, so that claims cost no more to explain than a token.
const MAX_CLAIMS: usize = MAX_TOKEN_LENGTH / 4 * 3;

fn check_claims(claims: &Node<'_>, has_token: bool) {
    if has_token {
        claims.fault("no `claims` beside a `token`: send one of the two");
    } else if !claims.value().is_object() {
        claims.fault("an object of claims");
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
        let expected = |more: Value| read(more).unwrap_err().as_slice()[0].expected.clone();
        let both = json!({ "token": "t", "claims": {} });
        assert_eq!(expected(both), "no `claims` beside a `token`: send one of the two");
        assert_eq!(expected(json!({ "claims": [] })), "an object of claims");
        assert!(read(json!({ "query": "" })).is_err());
    }

    #[test]
    fn a_request_is_read_as_it_is_pasted() {
        let read = |document: Value| {
            let question = ExplainRequest::parse(&document).unwrap();
            (question.method, question.path, question.token)
        };
        let of = |method: &str, path: &str, token: Option<&str>| {
            (method.to_owned(), path.to_owned(), token.map(str::to_owned))
        };
        assert_eq!(read(json!({ "path": "/x" })), of("GET", "/x", None));
        assert_eq!(read(json!({ "path": "/x", "method": null })), of("GET", "/x", None));
        for (pasted, path) in [
            ("https://api.example/a/b?x=1#y", "/a/b"),
            ("http://127.0.0.1:8787/a/../b", "/a/../b"),
            ("/a/b?x=/y", "/a/b"),
            ("https://api.example", ""),
            ("a//b", "a//b"),
        ] {
            assert_eq!(read(json!({ "path": pasted, "method": "PUT" })), of("PUT", path, None), "{pasted}");
        }
        for pasted in ["a.b.c", "Bearer a.b.c", "bearer  a.b.c", " Bearer a.b.c\n"] {
            assert_eq!(
                read(json!({ "path": "/x", "token": pasted })),
                of("GET", "/x", Some("a.b.c")),
                "{pasted}"
            );
        }
        assert_eq!(read(json!({ "path": "/x", "token": "Basic a" })).2.unwrap(), "Basic a");
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
