//! How HTTP/1.1 is served.

use std::time::Duration;

use hyper::server::conn::http1;
use hyper_util::rt::TokioTimer;

/// How long a head may take to arrive, and how long a connection waits for the next one.
pub const HEAD_SECONDS: Duration = Duration::from_secs(30);

/// The most bytes of a head, as much as is read ahead. What exceeds the limits of targets, tokens and headers is refused with its
/// reason up to here.
pub const MAX_HEAD_BYTES: usize = BUFFER_BYTES;

/// The most headers that are read: one more than are accepted could not be refused with a reason.
const MAX_HEADERS: usize = 512;

/// What of a body is read ahead, and how much of an answer waits to be written.
const BUFFER_BYTES: usize = 64 * 1024;

/// What is common to all connections of HTTP/1.1.
pub fn http1_settings() -> http1::Builder {
    let mut builder = http1::Builder::new();
    builder
        .timer(TokioTimer::new())
        .header_read_timeout(HEAD_SECONDS)
        .max_header_size(MAX_HEAD_BYTES)
        .max_headers(MAX_HEADERS)
        .max_buf_size(BUFFER_BYTES);
    builder
}
