//! Requests to other servers.

use cloudflare::http;
use service::host::{FetchBody, FetchFailure, FetchLimits, FetchRequest, Fetched};
use wasm_bindgen::{JsCast, JsValue};
use web_sys::{AbortSignal, Headers, RequestInit, RequestRedirect, Response};

use crate::request::headers;

/// Sends a request within the limits.
pub async fn send(request: &FetchRequest, limits: FetchLimits) -> Result<Fetched, FetchFailure> {
    // The signal ends the reading of the body, too.
    let signal = AbortSignal::timeout_with_u32(limits.timeout_ms);
    let failure = |_| if signal.aborted() { FetchFailure::NoAnswer } else { FetchFailure::Unreachable };
    let init = init(request, &signal).map_err(failure)?;
    let answer = http::wait(http::scope().fetch_with_str_and_init(&request.url, &init)).await;
    let response: Response = answer.and_then(JsCast::dyn_into).map_err(failure)?;
    let headers = headers(&response.headers()).map_err(failure)?;
    let status = response.status();
    let body = match response.body() {
        Some(stream) => http::read_at_most(&stream, limits.max_bytes).await.ok_or(FetchFailure::Body)?,
        None => Vec::new(),
    };
    Ok(Fetched { status, headers, body })
}

fn init(request: &FetchRequest, signal: &AbortSignal) -> Result<RequestInit, JsValue> {
    let init = RequestInit::new();
    init.set_redirect(RequestRedirect::Manual);
    init.set_signal(Some(signal));
    let headers = Headers::new()?;
    for (name, value) in &request.headers {
        headers.set(name, value)?;
    }
    if let Some(body) = &request.body {
        let (media_type, text) = match body {
            FetchBody::Form(text) => ("application/x-www-form-urlencoded", text),
            FetchBody::Json(text) => ("application/json", text),
        };
        init.set_method("POST");
        init.set_body(&JsValue::from_str(text));
        headers.set("content-type", media_type)?;
    }
    init.set_headers(&headers);
    Ok(init)
}
