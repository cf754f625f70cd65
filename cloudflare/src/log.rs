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

/// The most bytes of a line's parts, as they are written in JSON. A line is at most 8 KiB.
const MAX_TRACE: usize = 4 * 1024;
const MAX_SUBJECT: usize = 1024;
const MAX_PATH: usize = 512;
const MAX_ROUTE: usize = 256;
const MAX_METHOD: usize = 32;
const MAX_ADDRESS: usize = 64;
const MAX_REASON: usize = 6 * 1024;

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
        method: beginning_of(&incoming.method, MAX_METHOD),
        path: beginning_of(incoming.target().path, MAX_PATH),
        address: address.as_deref().map(|address| beginning_of(address, MAX_ADDRESS)),
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
        route: decision.route.as_ref().map(|route| beginning_of(&route.template, MAX_ROUTE)),
        idp: identity.map(|identity| identity.idp.as_str()),
        subject: identity.map(|identity| beginning_of(&identity.subject, MAX_SUBJECT)),
    };
    let mut line = serde_json::to_string(&line).unwrap_or_default();
    line.pop();
    [&line, r#","trace":"#, &decision.trace.to_json_within(MAX_TRACE)].concat()
}

/// The beginning of a text that takes at most so many bytes in JSON.
fn beginning_of(text: &str, mut bytes: usize) -> &str {
    let end = text.char_indices().find(|(_, character)| {
        let room = bytes.checked_sub(escaped_length(*character));
        bytes = room.unwrap_or_default();
        room.is_none()
    });
    end.and_then(|(end, _)| text.get(..end)).unwrap_or(text)
}

/// How many bytes a character takes in JSON, at most.
fn escaped_length(character: char) -> usize {
    match character {
        '"' | '\\' => 2,
        '\0'..='\x1f' => 6,
        _ => character.len_utf8(),
    }
}

#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
struct ManagementLine<'m> {
    event: &'static str,
    request_id: &'m str,
    method: &'m str,
    path: &'m str,
    address: Option<&'m str>,
    status: u16,
    code: Option<&'m str>,
}

/// What came of a request to the management API; who asked for what is in the project's audit log.
pub fn management(incoming: &Incoming, request_id: &str, status: u16, code: Option<&str>) {
    let address = incoming.header("cf-connecting-ip");
    let line = ManagementLine {
        event: "management",
        request_id,
        method: beginning_of(&incoming.method, MAX_METHOD),
        path: beginning_of(incoming.target().path, MAX_PATH),
        address: address.as_deref().map(|address| beginning_of(address, MAX_ADDRESS)),
        status,
        code,
    };
    log(&serde_json::to_string(&line).unwrap_or_default());
}

#[derive(Serialize)]
struct WarningLine<'w> {
    event: &'w str,
    subject: &'w str,
    reason: &'w str,
}

/// Something that whoever runs the gateway should know.
pub fn warning(event: &str, subject: &str, reason: impl std::fmt::Display) {
    // What an issuer or a document says may be long.
    let reason = reason.to_string();
    let (subject, reason) = (beginning_of(subject, MAX_SUBJECT), beginning_of(&reason, MAX_REASON));
    let line = WarningLine { event, subject, reason };
    warn(&serde_json::to_string(&line).unwrap_or_default());
}
