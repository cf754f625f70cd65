//! Answers that the edge gives itself.

use edge_authorizer::document::Faults;
use edge_authorizer::{Code, Denial, ResponseHeaders};
use serde::Serialize;
use wasm_bindgen::JsValue;
use web_sys::{Headers, Response, ResponseInit};

/// How long a client should wait before it tries again, in seconds.
const RETRY_AFTER: &str = "5";

#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
struct Problem<'p> {
    title: &'static str,
    status: u16,
    code: Code,
    detail: &'static str,
    request_id: &'p str,
    #[serde(skip_serializing_if = "Option::is_none")]
    faults: Option<&'p Faults>,
    #[serde(skip_serializing_if = "Option::is_none")]
    reason: Option<&'p str>,
}

/// The answer to a refused request: a problem document (RFC 9457).
pub fn problem(denial: &Denial, request_id: &str) -> Result<Response, JsValue> {
    detailed_problem(denial, request_id, None, None)
}

/// The same, whose document lists faults or gives a reason besides.
pub fn detailed_problem(
    denial: &Denial,
    request_id: &str,
    faults: Option<&Faults>,
    reason: Option<&str>,
) -> Result<Response, JsValue> {
    let code = denial.code;
    let headers = Headers::new()?;
    headers.set("content-type", "application/problem+json")?;
    headers.set("cache-control", "no-store")?;
    headers.set("x-request-id", request_id)?;
    if let Some(challenge) = denial.challenge() {
        headers.set("www-authenticate", &challenge)?;
    }
    match code.status() {
        405 => headers.set("allow", "DELETE, GET, HEAD, OPTIONS, PATCH, POST, PUT")?,
        503 => headers.set("retry-after", RETRY_AFTER)?,
        _ => {}
    }
    let problem = Problem {
        title: code.title(),
        status: code.status(),
        code,
        detail: code.detail(),
        request_id,
        faults,
        reason,
    };
    let body = serde_json::to_string(&problem).unwrap_or_default();
    let init = ResponseInit::new();
    init.set_status(code.status());
    init.set_headers(&headers);
    Response::new_with_opt_str_and_init(Some(&body), &init)
}

/// The refusal of a method where there is only something to read.
pub fn read_only(request_id: &str) -> Result<Response, JsValue> {
    let response = problem(&Denial { code: Code::MethodNotAllowed, realm: None }, request_id)?;
    response.headers().set("allow", "GET, HEAD")?;
    Ok(response)
}

/// The answer to `/healthz`: the worker runs.
pub fn healthy() -> Result<Response, JsValue> {
    let headers = Headers::new()?;
    headers.set("content-type", "application/json")?;
    headers.set("cache-control", "no-store")?;
    let init = ResponseInit::new();
    init.set_headers(&headers);
    Response::new_with_opt_str_and_init(Some(r#"{"status":"ok"}"#), &init)
}

/// An answer without a body.
pub fn empty() -> Result<Response, JsValue> {
    let init = ResponseInit::new();
    init.set_status(204);
    Response::new_with_opt_str_and_init(None, &init)
}

/// An answer of the edge's own with what it says to pages of other origins.
pub fn with_cors(response: Response, cors: Option<&ResponseHeaders>) -> Result<Response, JsValue> {
    for (name, value) in cors.into_iter().flatten() {
        response.headers().append(name, value)?;
    }
    Ok(response)
}
