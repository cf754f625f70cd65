//! Sending a permitted request on to its origin.

use edge_authorizer::{Code, Permit, Target, headers};
use js_sys::Array;
use wasm_bindgen::JsValue;
use web_sys::{Headers, ReadableStream, Request, RequestCache, RequestInit, RequestRedirect, Response};

use crate::edge::Edge;
use crate::http::{self, NoAnswer};
use crate::log;

/// Sends the request to the origin of its route and returns the answer as it is. Only a [`Permit`] opens this way.
///
/// The path that was decided on is the path that is sent; bodies stream; redirects are the client's to follow.
pub async fn forward(
    edge: &Edge,
    permit: &Permit,
    request: &Request,
    target: &Target<'_>,
    request_id: &str,
) -> Result<Response, Code> {
    let origin = &permit.route().origin;
    let url = [origin.url.as_str(), target.path, target.query].concat();
    let headers = outgoing_headers(edge, permit, request, target, request_id).map_err(|reason| {
        log::warning("not_forwarded", &permit.route().template, reason);
        Code::ConfigUnavailable
    })?;
    let init = RequestInit::new();
    init.set_method(&request.method());
    init.set_headers(&headers);
    init.set_body_opt_readable_stream(body(request)?.as_ref());
    init.set_redirect(RequestRedirect::Manual);
    init.set_cache(RequestCache::NoStore);
    http::fetch(&url, &init, origin.timeout_ms).await.map_err(|reason| match reason {
        NoAnswer::Unreachable => Code::OriginUnreachable,
        NoAnswer::Timeout => Code::OriginTimeout,
    })
}

/// The body to send on. GET and HEAD have none (RFC 9110, section 9.3.1); one that they bring is not dropped silently.
fn body(request: &Request) -> Result<Option<ReadableStream>, Code> {
    let body = request.body();
    if !matches!(&*request.method(), "GET" | "HEAD") {
        return Ok(body);
    }
    let length = request.headers().get("content-length").ok().flatten();
    if body.is_none() || length.is_some_and(|length| length.trim() == "0") {
        Ok(None)
    } else {
        Err(Code::RequestInvalid)
    }
}

/// The client's headers without those that stay at the edge, and what the edge says itself.
fn outgoing_headers(
    edge: &Edge,
    permit: &Permit,
    request: &Request,
    target: &Target<'_>,
    request_id: &str,
) -> Result<Headers, String> {
    let says = |error: JsValue| format!("{error:?}");
    let incoming = request.headers();
    let header = |name| incoming.get(name).ok().flatten();
    let route = permit.route();
    let outgoing = Headers::new_with_headers(&incoming).map_err(says)?;
    let connection = header("connection").unwrap_or_default();
    let secret_name = route.origin.secret_header.as_ref().map(|header| headers::fold(header.name.as_str()));
    let is_secret = |name: &str| secret_name.as_ref().is_some_and(|secret| headers::fold(name) == *secret);
    for name in Array::from(&incoming.keys()).iter().filter_map(|name| name.as_string()) {
        let is_credential = name == "authorization" && !route.forward_token;
        if is_credential || is_secret(&name) || headers::is_dropped(&name, &connection) {
            outgoing.delete(&name).map_err(says)?;
        }
    }
    if matches!(&*request.method(), "GET" | "HEAD") {
        outgoing.delete("content-length").map_err(says)?;
    }
    // The one upgrade that passes is spelled out. The runtime makes a GET of it, so it has to have been decided on as one.
    let is_websocket = header("upgrade").is_some_and(|protocol| protocol.eq_ignore_ascii_case("websocket"));
    if is_websocket && request.method() == "GET" {
        outgoing.set("upgrade", "websocket").map_err(says)?;
    }
    for (name, value) in permit.identity_headers() {
        outgoing.set(name, &value).map_err(says)?;
    }
    if let Some(client) = header("cf-connecting-ip") {
        outgoing.set("x-forwarded-for", &client).map_err(says)?;
    }
    let host = target.authority.map(str::to_owned).or_else(|| header("host"));
    if let Some(host) = host.filter(|host| headers::is_host(host)) {
        outgoing.set("x-forwarded-host", &host).map_err(says)?;
    }
    outgoing.set("x-forwarded-proto", target.scheme.unwrap_or("http")).map_err(says)?;
    outgoing.set("x-request-id", request_id).map_err(says)?;
    if let Some(header) = &route.origin.secret_header {
        let secret = header.secret.as_str();
        let value =
            edge.env.secret(secret).map_err(|_| format!("the secret binding `{secret}` is missing"))?;
        outgoing
            .set(header.name.as_str(), &value.to_string())
            .map_err(|_| "the secret is no header value")?;
    }
    Ok(outgoing)
}
