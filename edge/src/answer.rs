//! Answers that the edge gives itself.

use edge_authorizer::document::Faults;
use edge_authorizer::{Code, Denial, ResponseHeaders};
use js_sys::Array;
use serde::Serialize;
use wasm_bindgen::{JsCast, JsValue};
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

/// The same answer as the route's `cors` governs it: what the origin says of that itself does not count. Fails if the
/// answer cannot be made anew, as with a status that is none.
pub fn with_cors(response: Response, cors: Option<&ResponseHeaders>) -> Result<Response, JsValue> {
    let Some(cors) = cors else { return Ok(response) };
    // The end of a WebSocket handshake cannot be made anew, and no browser asks CORS of it.
    if response.status() == 101 {
        return Ok(response);
    }
    let response =
        Response::new_with_opt_readable_stream_and_init(response.body().as_ref(), response.unchecked_ref())?;
    let headers = response.headers();
    for name in Array::from(&headers.keys()).iter().filter_map(|name| name.as_string()) {
        if name.starts_with("access-control-") {
            headers.delete(&name)?;
        }
    }
    for (name, value) in cors {
        // `vary` adds to what the origin says; the others are gone by now.
        headers.append(name, value)?;
    }
    Ok(response)
}
