//! Where log lines go.

use super::clock::Clock;

/// Takes log lines, each a JSON object with its time. At Cloudflare `console.log` and `console.warn`, natively standard output.
pub trait LogSink: Clock {
    /// What happened to a request.
    fn info(&self, line: &str);

    /// What operators should know.
    fn warn(&self, line: &str);
}
