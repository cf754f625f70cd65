//! Answers that the edge gives itself.

use edge_authorizer::Faults;
use edge_authorizer::{Denial, ErrorCode, ResponseHeaders};
use serde::Serialize;
use wasm_bindgen::JsValue;
use wasm_bindgen::prelude::wasm_bindgen;
use web_sys::Response;

/// How long a client should wait before it tries again, in seconds.
const RETRY_AFTER: &str = "5";

/// An answer that is not an origin's.
pub struct Answer {
    status: u16,
    headers: ResponseHeaders,
    body: Option<String>,
}

/// Why a request is refused: the code, and what there is to say about this very request.
pub struct Refusal {
    /// The code.
    pub code: ErrorCode,
    /// What is wrong with this request in particular.
    pub reason: Option<&'static str>,
}

impl From<ErrorCode> for Refusal {
    fn from(code: ErrorCode) -> Self {
        Self { code, reason: None }
    }
}

#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
struct Problem<'p> {
    title: &'static str,
    status: u16,
    code: ErrorCode,
    detail: &'static str,
    request_id: &'p str,
    #[serde(skip_serializing_if = "Option::is_none")]
    faults: Option<&'p Faults>,
    #[serde(skip_serializing_if = "Option::is_none")]
    reason: Option<&'p str>,
}

impl Answer {
    /// An answer with a body, which nobody may keep.
    pub fn new(status: u16, media_type: &'static str, body: String) -> Self {
        let headers = vec![("content-type", media_type.to_owned()), ("cache-control", "no-store".to_owned())];
        Self { status, headers, body: Some(body) }
    }

    /// An answer without a body.
    pub fn empty(status: u16) -> Self {
        Self { status, headers: Vec::new(), body: None }
    }

    /// The answer to `/healthz`: the worker runs.
    pub fn healthy() -> Self {
        Self::new(200, "application/json", r#"{"status":"ok"}"#.to_owned())
    }

    /// The answer to a refused request: a problem document (RFC 9457).
    pub fn problem(denial: &Denial, request_id: &str) -> Self {
        Self::detailed_problem(denial, request_id, None, None)
    }

    /// The same, whose document lists faults or gives a reason besides.
    pub fn detailed_problem(
        denial: &Denial,
        request_id: &str,
        faults: Option<&Faults>,
        reason: Option<&str>,
    ) -> Self {
        let code = denial.code;
        let (title, status, detail) = (code.title(), code.status(), code.detail());
        let problem = Problem { title, status, code, detail, request_id, faults, reason };
        let body = serde_json::to_string(&problem).unwrap_or_default();
        let answer = Self::new(status, "application/problem+json", body).with("x-request-id", request_id);
        let answer = match denial.challenge() {
            Some(challenge) => answer.with("www-authenticate", &challenge),
            None => answer,
        };
        match status {
            405 => answer.with("allow", "DELETE, GET, HEAD, OPTIONS, PATCH, POST, PUT"),
            503 => answer.with("retry-after", RETRY_AFTER),
            _ => answer,
        }
    }

    /// The refusal of a method where there is only something to read.
    pub fn read_only(request_id: &str) -> Self {
        let denial = Denial { code: ErrorCode::MethodNotAllowed, realm: None };
        Self::problem(&denial, request_id).with("allow", "GET, HEAD")
    }

    /// The same with a header, in the place of one of that name.
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

    /// The answer in HTTP.
    pub fn respond(self) -> Result<Response, JsValue> {
        respond(self.status, &lines(&self.headers), self.body.as_deref())
    }
}

/// The names and values of headers in turn, each on a line of its own: one text crosses sooner than many.
pub fn lines(headers: &[(impl AsRef<str>, String)]) -> String {
    let parts: Vec<_> = headers.iter().flat_map(|(name, value)| [name.as_ref(), value]).collect();
    parts.join("\n")
}

#[wasm_bindgen(module = "/src/answer.js")]
extern "C" {
    #[wasm_bindgen(catch)]
    fn respond(status: u16, lines: &str, body: Option<&str>) -> Result<Response, JsValue>;
}
