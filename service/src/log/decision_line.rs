//! The line of a decision. Its start is the same for every request with the same token and route, so a host may prepare it:
//! `edge/src/prepared_request.js` writes the end of those that an origin gets.

use edge_authorizer::{Decision, ErrorCode, Identity, NumericDate, Outcome, ProjectId, escape_json};
use serde::Serialize;

use super::shortened::{MAX_ADDRESS, MAX_METHOD, MAX_PATH, MAX_ROUTE, MAX_SUBJECT, MAX_TRACE, shortened};

#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
struct Start<'d> {
    event: &'static str,
    verdict: Outcome,
    project: Option<&'d str>,
    route: Option<&'d str>,
    idp: Option<&'d str>,
    subject: Option<&'d str>,
}

/// What is known in the end only.
#[derive(Clone, Copy, Debug)]
pub struct DecisionEnd<'r> {
    /// The code of its answer, if it was refused.
    pub code: Option<ErrorCode>,
    /// Its id.
    pub request_id: &'r str,
    /// Its method.
    pub method: &'r str,
    /// Its path.
    pub path: &'r str,
    /// The address of the client, where the host knows it.
    pub address: Option<&'r str>,
    /// The status of the origin's answer, if it gave one.
    pub origin_status: Option<u16>,
    /// When it came.
    pub received: NumericDate,
    /// When it was answered.
    pub answered: NumericDate,
}

#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
struct End<'d> {
    time: String,
    code: Option<ErrorCode>,
    /// Whether the token was evaluated for an earlier request.
    known: bool,
    request_id: &'d str,
    method: &'d str,
    path: &'d str,
    address: Option<&'d str>,
    origin_status: Option<u16>,
    milliseconds: f64,
}

/// The whole line of a request that no origin got.
pub fn decision_end(decision: &Decision, end: DecisionEnd<'_>) -> String {
    let known = decision.cached_token.as_ref().is_some_and(|cached| cached.number().is_some());
    decision_line(&decision_start(decision), known, end)
}

/// The whole line from its start; `known` says whether the token was evaluated for an earlier request.
pub fn decision_line(start: &str, known: bool, end: DecisionEnd<'_>) -> String {
    let end = End {
        time: end.answered.to_rfc3339(),
        code: end.code,
        known,
        request_id: end.request_id,
        method: shortened(end.method, MAX_METHOD),
        path: shortened(end.path, MAX_PATH),
        address: end.address.map(|address| shortened(address, MAX_ADDRESS)),
        origin_status: end.origin_status,
        milliseconds: ((end.answered.as_seconds() - end.received.as_seconds()) * 1000.0).round(),
    };
    let end = escape_json(serde_json::to_string(&end).unwrap_or_default());
    [start, ",", end.trim_start_matches('{')].concat()
}

/// The line of a decision but for its end.
pub fn decision_start(decision: &Decision) -> String {
    let identity: Option<&Identity> = decision.identity.as_deref();
    let start = Start {
        event: "decision",
        verdict: decision.verdict.outcome(),
        project: decision.project.as_ref().map(ProjectId::as_str),
        route: decision.route.as_ref().map(|route| shortened(&route.template, MAX_ROUTE)),
        idp: identity.map(|identity| identity.idp.as_str()),
        subject: identity.map(|identity| shortened(&identity.subject, MAX_SUBJECT)),
    };
    let mut line = escape_json(serde_json::to_string(&start).unwrap_or_default());
    line.pop();
    [&line, r#","trace":"#, &decision.trace.to_json_within(MAX_TRACE)].concat()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_line_has_the_parts_of_start_and_end() {
        let end = DecisionEnd {
            code: Some(ErrorCode::ConfigUnavailable),
            request_id: "id",
            method: &"M".repeat(40),
            path: "/x",
            address: Some("203.0.113.7"),
            origin_status: None,
            received: NumericDate::from_seconds(10.0),
            answered: NumericDate::from_seconds(10.25),
        };
        let line = decision_end(&Decision::without_configuration(), end);
        let method = "M".repeat(32);
        assert_eq!(
            line,
            [
                r#"{"event":"decision","verdict":"deny","project":null,"route":null,"idp":null,"subject":null,"trace":[],"#,
                r#""time":"1970-01-01T00:00:10.250Z","code":"config_unavailable","known":false,"requestId":"id","method":""#,
                &method,
                r#"","path":"/x","address":"203.0.113.7","originStatus":null,"milliseconds":250.0}"#,
            ]
            .concat()
        );
    }
}
