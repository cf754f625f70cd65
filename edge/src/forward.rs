//! Sending a permitted request on to its origin.

use edge_authorizer::{Code, Identity, Origin, Permit, headers};
use js_sys::Array;
use wasm_bindgen::JsValue;
use web_sys::{Headers, ReadableStream, RequestCache, RequestInit, RequestRedirect, Response};

use crate::edge::{Edge, Incoming};
use crate::http::{self, NoAnswer};
use crate::log;

/// Sends the request to the origin of its route and returns the answer as it is. Only a [`Permit`] opens this way.
///
/// The path that was decided on is the path that is sent; bodies stream; redirects are the client's to follow.
pub async fn forward(edge: &Edge, permit: &Permit, incoming: &Incoming<'_>) -> Result<Response, Code> {
    let origin = &permit.route().origin;
    let url = [origin.url.as_str(), incoming.target.path, incoming.target.query].concat();
    let headers = outgoing_headers(edge, permit, incoming).map_err(|reason| {
        log::warning("not_forwarded", &permit.route().template, reason);
        Code::ConfigUnavailable
    })?;
    let init = RequestInit::new();
    init.set_method(&incoming.request.method());
    init.set_headers(&headers);
    init.set_body_opt_readable_stream(body(incoming)?.as_ref());
    init.set_redirect(RequestRedirect::Manual);
    init.set_cache(RequestCache::NoStore);
    http::fetch(&url, &init, origin.timeout_ms).await.map_err(|reason| match reason {
        NoAnswer::Unreachable => Code::OriginUnreachable,
        NoAnswer::Timeout => Code::OriginTimeout,
    })
}

/// The body to send on. GET and HEAD have none (RFC 9110, section 9.3.1); one that they bring is not dropped silently.
fn body(incoming: &Incoming<'_>) -> Result<Option<ReadableStream>, Code> {
    let body = incoming.request.body();
    let is_empty =
        body.is_none() || incoming.header("content-length").is_some_and(|length| length.trim() == "0");
    match (incoming.is_read(), is_empty) {
        (false, _) => Ok(body),
        (true, true) => Ok(None),
        (true, false) => Err(Code::RequestInvalid),
    }
}

fn outgoing_headers(edge: &Edge, permit: &Permit, incoming: &Incoming<'_>) -> Result<Headers, String> {
    let says = |error: JsValue| format!("{error:?}");
    let headers = passed_on(permit, incoming).map_err(says)?;
    let set = |name: &str, value: &str| headers.set(name, value).map_err(says);
    for (name, value) in permit.identity().into_iter().flat_map(Identity::headers) {
        set(name, &value)?;
    }
    if let Some(client) = incoming.header("cf-connecting-ip") {
        set("x-forwarded-for", &client)?;
    }
    let host = incoming.target.authority.map(str::to_owned).or_else(|| incoming.header("host"));
    if let Some(host) = host.filter(|host| headers::is_host(host)) {
        set("x-forwarded-host", &host)?;
    }
    set("x-forwarded-proto", incoming.target.scheme.unwrap_or("http"))?;
    set("x-request-id", &incoming.id)?;
    // The one upgrade that passes is spelled out. The runtime makes a GET of it, so it has to have been decided on as one.
    let is_websocket =
        incoming.header("upgrade").is_some_and(|protocol| protocol.eq_ignore_ascii_case("websocket"));
    if is_websocket && incoming.request.method() == "GET" {
        set("upgrade", "websocket")?;
    }
    if let Some((name, value)) = secret(edge, &permit.route().origin)? {
        headers.set(&name, &value).map_err(|_| "the secret is no header value")?;
    }
    Ok(headers)
}

/// The client's headers without those that stay at the edge.
fn passed_on(permit: &Permit, incoming: &Incoming<'_>) -> Result<Headers, JsValue> {
    let route = permit.route();
    let connection = incoming.header("connection").unwrap_or_default();
    let secret = route.origin.secret_header.as_ref().map(|header| headers::fold(header.name.as_str()));
    let passed_on = Headers::new_with_headers(&incoming.request.headers())?;
    for name in Array::from(&incoming.request.headers().keys()).iter().filter_map(|name| name.as_string()) {
        let stays = match &*name {
            "authorization" => !route.forward_token,
            "content-length" => incoming.is_read(),
            _ => secret.as_ref().is_some_and(|secret| headers::fold(&name) == *secret),
        };
        if stays || headers::is_dropped(&name, &connection) {
            passed_on.delete(&name)?;
        }
    }
    Ok(passed_on)
}

/// The header by which the origin knows that the edge sent a request: its name and value.
fn secret(edge: &Edge, origin: &Origin) -> Result<Option<(String, String)>, String> {
    let Some(header) = &origin.secret_header else { return Ok(None) };
    let binding = header.secret.as_str();
    let value = edge.env.secret(binding).map_err(|_| format!("the secret binding `{binding}` is missing"))?;
    Ok(Some((header.name.as_str().to_owned(), value.to_string())))
}
