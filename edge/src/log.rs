//! Log lines: JSON, one a line, never a token.

use edge_authorizer::{Code, Decision};
use serde_json::json;
use worker::{console_log, console_warn};

/// What was decided on a request, why, and how long it took until then or until the origin's answer began.
pub fn decision(request_id: &str, decision: &Decision, refusal: Option<Code>, milliseconds: f64) {
    let identity = decision.verdict.as_ref().ok().and_then(|permit| permit.identity());
    let line = json!({
        "event": "decision",
        "requestId": request_id,
        "project": decision.project,
        "route": decision.route.as_ref().map(|route| &route.template),
        "verdict": if decision.verdict.is_ok() { "permit" } else { "deny" },
        "code": refusal,
        "idp": identity.map(|identity| &identity.idp),
        "subject": identity.map(|identity| &identity.subject),
        "trace": decision.trace,
        "milliseconds": milliseconds,
    });
    console_log!("{line}");
}

/// Something that whoever runs the gateway should know.
pub fn warning(event: &str, subject: &str, reason: impl std::fmt::Display) {
    let line = json!({ "event": event, "subject": subject, "reason": reason.to_string() });
    console_warn!("{line}");
}
