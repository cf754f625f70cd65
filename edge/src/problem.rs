//! Refusals as HTTP answers.

use edge_authorizer::{Code, Denial};
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
}

/// The answer to a refused request: a problem document (RFC 9457).
pub fn respond(denial: &Denial, request_id: &str) -> Result<Response, JsValue> {
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
    let problem =
        Problem { title: code.title(), status: code.status(), code, detail: code.detail(), request_id };
    let body = serde_json::to_string(&problem).unwrap_or_default();
    let init = ResponseInit::new();
    init.set_status(code.status());
    init.set_headers(&headers);
    Response::new_with_opt_str_and_init(Some(&body), &init)
}
