//! Lines that operators should read.

use std::fmt::Display;

use serde::Serialize;

use crate::host::LogSink;

/// The most characters of a reason. What an issuer or a document says may be long.
const MAX_REASON_CHARACTERS: usize = 2000;

#[derive(Serialize)]
struct Line<'w> {
    event: &'w str,
    subject: &'w str,
    reason: String,
}

/// Writes a line about something that operators should know.
pub fn warning(host: &impl LogSink, event: &str, subject: &str, reason: impl Display) {
    let reason = reason.to_string().chars().take(MAX_REASON_CHARACTERS).collect();
    host.warn(&serde_json::to_string(&Line { event, subject, reason }).unwrap_or_default());
}
