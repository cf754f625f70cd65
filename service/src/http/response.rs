//! An answer that is not an origin's.

use edge_authorizer::{ErrorCode, ResponseHeaders};

/// An answer that is not an origin's.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Response {
    /// Its status.
    pub status: u16,
    /// Its headers, names in lower case, each once.
    pub headers: ResponseHeaders,
    /// Its body, if it has one.
    pub body: Option<String>,
    /// The code of a refusal, which is in its body, too.
    pub code: Option<ErrorCode>,
}

impl Response {
    /// An answer with a body, which no cache may keep.
    pub fn new(status: u16, media_type: &'static str, body: String) -> Self {
        let headers = vec![("content-type", media_type.to_owned()), ("cache-control", "no-store".to_owned())];
        Self { status, headers, body: Some(body), code: None }
    }

    /// An answer without a body.
    pub fn empty(status: u16) -> Self {
        Self { status, headers: Vec::new(), body: None, code: None }
    }

    /// The redirect of a browser to a path of this host, to `GET` it there; no cache may keep it.
    pub fn redirect(path: &str) -> Self {
        Self::empty(303).with("location", path).with("cache-control", "no-store")
    }

    /// The answer to `/healthz`: the process runs.
    pub fn healthy() -> Self {
        Self::new(200, "application/json", r#"{"status":"ok"}"#.to_owned())
    }

    /// The same with a header, which replaces one of that name.
    pub fn with(mut self, name: &'static str, value: &str) -> Self {
        self.headers.retain(|(other, _)| *other != name);
        self.headers.push((name, value.to_owned()));
        self
    }

    /// The same with what it says to pages of other origins.
    pub fn with_cors(mut self, cors: Option<&ResponseHeaders>) -> Self {
        self.headers.extend(cors.into_iter().flatten().cloned());
        self
    }

    /// The value of a header.
    pub fn header(&self, name: &str) -> Option<&str> {
        self.headers.iter().find(|(other, _)| *other == name).map(|(_, value)| value.as_str())
    }

    /// Whether it is a success.
    pub fn is_success(&self) -> bool {
        (200..300).contains(&self.status)
    }
}
