//! Log lines: JSON, one a line, never a token.

use edge_authorizer::{Code, Decision, Identity, Outcome, ProjectId, Time, trace::Trace};
use serde::Serialize;
use wasm_bindgen::prelude::wasm_bindgen;

use crate::http::now;

#[wasm_bindgen]
extern "C" {
    #[wasm_bindgen(js_namespace = console)]
    fn log(line: &str);

    #[wasm_bindgen(js_namespace = console)]
    fn warn(line: &str);
}

#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
struct DecisionLine<'d> {
    event: &'static str,
    verdict: Outcome,
    project: Option<&'d str>,
    route: Option<&'d str>,
    idp: Option<&'d str>,
    subject: Option<&'d str>,
    trace: &'d Trace,
}

/// What is known of a request in the end only.
#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
struct End<'d> {
    code: Option<Code>,
    /// Whether the token was looked at for an earlier request.
    known: bool,
    request_id: &'d str,
    milliseconds: f64,
}

/// What was decided on a request and why, and with which code it was answered.
pub fn decision(decision: &Decision, code: Option<Code>, request_id: &str, began: Time) {
    let milliseconds = ((now().as_seconds() - began.as_seconds()) * 1000.0).round();
    let known = decision.known.as_ref().is_some_and(|known| known.is_kept());
    let end = End { code, known, request_id, milliseconds };
    let end = serde_json::to_string(&end).unwrap_or_default();
    log(&[&beginning(decision), ",", end.trim_start_matches('{')].concat());
}

/// The line of a decision but for its end: code, whether the token was known, request id and milliseconds.
pub fn beginning(decision: &Decision) -> String {
    let identity: Option<&Identity> = decision.identity.as_deref();
    let line = DecisionLine {
        event: "decision",
        verdict: decision.verdict.outcome(),
        project: decision.project.as_ref().map(ProjectId::as_str),
        route: decision.route.as_ref().map(|route| &*route.template),
        idp: identity.map(|identity| identity.idp.as_str()),
        subject: identity.map(|identity| identity.subject.as_str()),
        trace: &decision.trace,
    };
    let mut line = serde_json::to_string(&line).unwrap_or_default();
    line.pop();
    line
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
