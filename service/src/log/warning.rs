//! Lines that operators should read.

use std::fmt::Display;

use edge_authorizer::escape_json;
use serde::Serialize;

use super::shortened::{MAX_REASON, MAX_SUBJECT, shortened};
use crate::host::LogSink;

#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
struct Line<'w> {
    event: &'w str,
    time: String,
    subject: &'w str,
    reason: &'w str,
    #[serde(skip_serializing_if = "Option::is_none")]
    request_id: Option<&'w str>,
}

/// Writes a line about something that operators should know.
pub fn warning(host: &impl LogSink, event: &str, subject: &str, reason: impl Display) {
    write(host, event, subject, &reason, None);
}

/// The same where it made the answer to one request what it is.
pub fn request_warning(
    host: &impl LogSink,
    request_id: &str,
    event: &str,
    subject: &str,
    reason: impl Display,
) {
    write(host, event, subject, &reason, Some(request_id));
}

fn write(host: &impl LogSink, event: &str, subject: &str, reason: &dyn Display, request_id: Option<&str>) {
    // What an issuer or a document says may be long.
    let reason = reason.to_string();
    let (subject, reason) = (shortened(subject, MAX_SUBJECT), shortened(&reason, MAX_REASON));
    let line = Line { event, time: host.now().to_rfc3339(), subject, reason, request_id };
    host.warn(&escape_json(serde_json::to_string(&line).unwrap_or_default()));
}
