//! Lines that operators should read.

use std::fmt::Display;

use serde::Serialize;

use super::shortened::{MAX_REASON, MAX_SUBJECT, shortened};
use crate::host::LogSink;

#[derive(Serialize)]
struct Line<'w> {
    event: &'w str,
    subject: &'w str,
    reason: &'w str,
}

/// Writes a line about something that operators should know.
pub fn warning(host: &impl LogSink, event: &str, subject: &str, reason: impl Display) {
    // What an issuer or a document says may be long.
    let reason = reason.to_string();
    let (subject, reason) = (shortened(subject, MAX_SUBJECT), shortened(&reason, MAX_REASON));
    host.warn(&serde_json::to_string(&Line { event, subject, reason }).unwrap_or_default());
}
