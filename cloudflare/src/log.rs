//! Log lines: JSON, one a line, never a token.

use edge_authorizer::{Decision, ErrorCode, Identity, Outcome, ProjectId};
use serde::Serialize;
use wasm_bindgen::prelude::wasm_bindgen;

use crate::edge::Incoming;
use crate::http::now;

#[wasm_bindgen]
extern "C" {
    #[wasm_bindgen(js_namespace = console)]
    fn log(line: &str);

    #[wasm_bindgen(js_namespace = console)]
    fn warn(line: &str);
}

/// The most of a line's parts: of the trace, in bytes; of path, route and method, in characters. A line is at most 8 KiB.
const MAX_TRACE_BYTES: usize = 4 * 1024;
const MAX_PATH_CHARACTERS: usize = 512;
const MAX_ROUTE_CHARACTERS: usize = 256;
const MAX_METHOD_CHARACTERS: usize = 32;
const MAX_ADDRESS_CHARACTERS: usize = 64;

#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
struct DecisionLine<'d> {
    event: &'static str,
    verdict: Outcome,
    project: Option<&'d str>,
    route: Option<&'d str>,
    idp: Option<&'d str>,
    subject: Option<&'d str>,
}

/// What is known of a refused request in the end only. `grant.js` writes the same of one that was forwarded.
#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
struct End<'d> {
    code: Option<ErrorCode>,
    /// Whether the token was looked at for an earlier request.
    known: bool,
    request_id: &'d str,
    method: &'d str,
    path: &'d str,
    address: Option<&'d str>,
    origin_status: Option<u16>,
    milliseconds: f64,
}

/// What was decided on a request that no origin got, and with which code it was answered.
pub fn decision(decision: &Decision, incoming: &Incoming, code: Option<ErrorCode>, request_id: &str) {
    let address = incoming.header("cf-connecting-ip");
    let end = End {
        code,
        known: decision.cached_token.as_ref().is_some_and(|known| known.number().is_some()),
        request_id,
        method: beginning_of(&incoming.method, MAX_METHOD_CHARACTERS),
        path: beginning_of(incoming.target().path, MAX_PATH_CHARACTERS),
        address: address.as_deref().map(|address| beginning_of(address, MAX_ADDRESS_CHARACTERS)),
        origin_status: None,
        milliseconds: ((now().as_seconds() - incoming.began.as_seconds()) * 1000.0).round(),
    };
    let end = serde_json::to_string(&end).unwrap_or_default();
    log(&[&beginning(decision), ",", end.trim_start_matches('{')].concat());
}

/// The line of a decision but for its end.
pub fn beginning(decision: &Decision) -> String {
    let identity: Option<&Identity> = decision.identity.as_deref();
    let line = DecisionLine {
        event: "decision",
        verdict: decision.verdict.outcome(),
        project: decision.project.as_ref().map(ProjectId::as_str),
        route: decision.route.as_ref().map(|route| beginning_of(&route.template, MAX_ROUTE_CHARACTERS)),
        idp: identity.map(|identity| identity.idp.as_str()),
        subject: identity.map(|identity| identity.subject.as_str()),
    };
    let mut line = serde_json::to_string(&line).unwrap_or_default();
    line.pop();
    [&line, r#","trace":"#, &decision.trace.to_json_within(MAX_TRACE_BYTES)].concat()
}

/// The first characters of a text.
fn beginning_of(text: &str, characters: usize) -> &str {
    text.char_indices().nth(characters).and_then(|(end, _)| text.get(..end)).unwrap_or(text)
}

#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
struct ManagementLine<'m> {
    event: &'static str,
    request_id: &'m str,
    method: &'m str,
    path: &'m str,
    status: u16,
}

/// What came of a request to the management API; who asked for what is in the project's audit log.
pub fn management(request_id: &str, method: &str, path: &str, status: u16) {
    let (method, path) =
        (beginning_of(method, MAX_METHOD_CHARACTERS), beginning_of(path, MAX_PATH_CHARACTERS));
    let line = ManagementLine { event: "management", request_id, method, path, status };
    log(&serde_json::to_string(&line).unwrap_or_default());
}

/// The most characters of a reason that are logged.
const MAX_REASON_LENGTH: usize = 2000;

#[derive(Serialize)]
struct WarningLine<'w> {
    event: &'w str,
    subject: &'w str,
    reason: String,
}

/// Something that whoever runs the gateway should know.
pub fn warning(event: &str, subject: &str, reason: impl std::fmt::Display) {
    // What an issuer or a document says may be long.
    let reason = reason.to_string().chars().take(MAX_REASON_LENGTH).collect();
    let line = WarningLine { event, subject, reason };
    warn(&serde_json::to_string(&line).unwrap_or_default());
}
