//! The line of a login, or of the end of a session.

use edge_authorizer::{NumericDate, escape_json};
use serde::Serialize;

use super::shortened::{MAX_ADDRESS, shortened};
use crate::http::Request;

#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
struct Line<'m> {
    event: &'static str,
    time: String,
    request_id: &'m str,
    outcome: &'m str,
    user: Option<&'m str>,
    address: Option<&'m str>,
    #[serde(skip_serializing_if = "<[String]>::is_empty")]
    trace: &'m [String],
}

/// The line of a request that was answered at `answered`: what became of it, and for whom.
pub fn login(
    request: &Request,
    outcome: &str,
    user: Option<&str>,
    trace: &[String],
    answered: NumericDate,
) -> String {
    let address = request.address.as_deref().map(|address| shortened(address, MAX_ADDRESS));
    let (time, request_id) = (answered.to_rfc3339(), &*request.id);
    let line = Line { event: "login", time, request_id, outcome, user, address, trace };
    escape_json(serde_json::to_string(&line).unwrap_or_default())
}
