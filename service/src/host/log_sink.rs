//! Where log lines go.

/// Takes log lines, each a JSON object. At Cloudflare `console.log` and `console.warn`, natively standard output.
pub trait LogSink {
    /// What happened to a request.
    fn info(&self, line: &str);

    /// What operators should know.
    fn warn(&self, line: &str);
}
