//! Log lines: JSON, one a line, never a token.

use edge_authorizer::{Code, Decision, Identity, Outcome, ProjectId, trace::Trace};
use serde::Serialize;
use worker::{console_log, console_warn};

#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
struct DecisionLine<'d> {
    event: &'static str,
    request_id: &'d str,
    verdict: Outcome,
    code: Option<Code>,
    project: Option<&'d str>,
    route: Option<&'d str>,
    idp: Option<&'d str>,
    subject: Option<&'d str>,
    milliseconds: f64,
    trace: &'d Trace,
}

/// What was decided on a request and why, and how long it took until the origin's answer began. `failure` is the code
/// of the answer where that is an error.
pub fn decision(request_id: &str, decision: &Decision, failure: Option<Code>, milliseconds: f64) {
    let identity: Option<&Identity> = decision.identity.as_deref();
    let line = DecisionLine {
        event: "decision",
        request_id,
        verdict: decision.verdict.outcome(),
        code: failure,
        project: decision.project.as_ref().map(ProjectId::as_str),
        route: decision.route.as_ref().map(|route| route.template.as_str()),
        idp: identity.map(|identity| identity.idp.as_str()),
        subject: identity.map(|identity| identity.subject.as_str()),
        milliseconds,
        trace: &decision.trace,
    };
    console_log!("{}", serde_json::to_string(&line).unwrap_or_default());
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
    console_log!("{}", serde_json::to_string(&line).unwrap_or_default());
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
    console_warn!("{}", serde_json::to_string(&line).unwrap_or_default());
}
