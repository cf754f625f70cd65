//! Sending a permitted request on to its origin. Only a [`Permit`] opens this way.
//!
//! The path that was decided on is the path that is sent; bodies stream; redirects are the client's to follow.

use cloudflare::host::Host;
use cloudflare::response::{lines, respond};
use edge_authorizer::forwarding::{Forwarding, ForwardingFault, MAX_HEADERS};
use edge_authorizer::{Decision, Denial, ErrorCode, Permit, Target, header_rules};
use js_sys::Promise;
use service::NotForwarded;
use service::http::problem_with;
use service::log::decision_start;
use wasm_bindgen::JsValue;
use wasm_bindgen::prelude::Closure;
use web_sys::Response;

use crate::incoming::Incoming;
use crate::prepared_request::{PreparedRequest, RequestKey};

/// Teaches JavaScript the rules of the core. Once an instance.
pub fn learn() {
    let passing_names = Closure::<dyn Fn(String) -> String>::new(|names: String| {
        let passing: Vec<_> =
            names.split('\n').map(|name| header_rules::passing_name(name).unwrap_or_default()).collect();
        passing.join("\n")
    });
    let connection_options = Closure::<dyn Fn(String) -> Option<String>>::new(|value: String| {
        header_rules::connection_options(&value).map(|options| options.join("\n"))
    });
    let is_host = Closure::<dyn Fn(String) -> bool>::new(|text: String| header_rules::is_host(&text));
    let problem =
        Closure::<dyn Fn(String, String) -> Result<Response, JsValue>>::new(|what: String, id: String| {
            problem(&what, &id)
        });
    PreparedRequest::learn(
        &passing_names.into_js_value(),
        &connection_options.into_js_value(),
        &is_host.into_js_value(),
        &problem.into_js_value(),
        MAX_HEADERS,
    );
}

/// The answer to a request that was permitted but not answered by its origin. `what` is a code, or a fault of the request.
fn problem(what: &str, id: &str) -> Result<Response, JsValue> {
    let (code, reason) = match what {
        "origin_unreachable" => (ErrorCode::OriginUnreachable, None),
        "origin_timeout" => (ErrorCode::OriginTimeout, None),
        "headers" => (ErrorCode::RequestInvalid, Some(ForwardingFault::Headers.reason())),
        "connection" => (ErrorCode::RequestInvalid, Some(ForwardingFault::ConnectionOptions.reason())),
        _ => (ErrorCode::RequestInvalid, Some(ForwardingFault::Body.reason())),
    };
    respond(&problem_with(&Denial { code, realm: None }, id, None, reason))
}

/// Sends the request to the origin of its route, with an assertion if there is one; the promise is for the answer as it is.
pub fn forward(
    host: &Host,
    decision: &Decision,
    permit: &Permit,
    incoming: &Incoming,
    target: &Target<'_>,
    assertion: Option<&str>,
) -> Result<Promise, NotForwarded> {
    if let Some(reason) = target.fault() {
        return Err(NotForwarded { reason: Some(reason), ..ErrorCode::RequestInvalid.into() });
    }
    let (start, end) = range_of(target);
    let began = incoming.began.as_seconds() * 1000.0;
    let through =
        |request: &PreparedRequest| request.forward(&incoming.arrival, start, end, began, assertion);
    let cached = decision.cached_token.as_deref().filter(|_| decision.cors.is_none());
    let key = cached.and_then(|token| RequestKey::of(token, decision, permit, &incoming.method));
    let sent = match key {
        Some(key) => through(&*key.get_or_prepare(|| prepare(host, decision, permit, true))?),
        // Many tokens come once: an object for each that stays would be the collector's burden.
        None => through(&prepare(host, decision, permit, decision.is_known())?.0),
    };
    sent.map_err(|_| ErrorCode::OriginUnreachable.into())
}

/// A permit as JavaScript uses it, and the bytes of its texts.
fn prepare(
    host: &Host,
    decision: &Decision,
    permit: &Permit,
    is_known: bool,
) -> Result<(PreparedRequest, usize), NotForwarded> {
    let route = permit.route();
    let forwarding = permit.forwarding(|binding| host.env.text(binding))?;
    let Forwarding { forward_token, added, secret_name } = forwarding;
    let added = lines(&added);
    let cors = decision.cors.as_deref().map(lines);
    let log = decision_start(decision);
    let request = PreparedRequest::new(
        route.origin.url.as_str(),
        route.origin.timeout_ms,
        forward_token,
        secret_name.as_deref().unwrap_or_default(),
        &added,
        cors.as_deref(),
        &log,
        is_known,
    );
    // The headers are there as one text and taken apart.
    Ok((request, 2 * added.len() + log.len()))
}

/// Where path and query stand in the URL, as JavaScript counts.
fn range_of(target: &Target<'_>) -> (usize, usize) {
    let count = |text: &str| if text.is_ascii() { text.len() } else { text.encode_utf16().count() };
    let authority = target.authority.map_or(0, count);
    let start = target.scheme.map_or(0, |scheme| count(scheme) + "://".len() + authority);
    (start, start + count(target.path) + count(target.query))
}
