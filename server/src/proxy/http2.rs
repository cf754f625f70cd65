//! How HTTP/2 is served: within bounds, for one client's connection can have many requests.

use std::time::Duration;

use hyper::rt::Executor;
use hyper::server::conn::http2;
use hyper_util::rt::TokioTimer;
use tokio::task::spawn_local;

use super::http1::MAX_HEAD_BYTES;

/// The most requests at once on a connection.
const MAX_STREAMS: u32 = 100;

/// What of a body is read ahead: of a request, and of all on a connection.
const STREAM_WINDOW: u32 = 64 * 1024;
const CONNECTION_WINDOW: u32 = 1024 * 1024;

/// How much of an answer waits to be written.
const SEND_BYTES: usize = 64 * 1024;

/// How many requests that the client has reset may wait to be noticed, and how many may break the protocol, before the connection
/// ends: each costs the server more than the client.
const MAX_RESETS: usize = 20;
const MAX_ERRORS: usize = 128;

/// After how long without a frame it is checked whether the client is still there, and how long that may take.
const PING_AFTER: Duration = Duration::from_secs(30);
const PING_SECONDS: Duration = Duration::from_secs(20);

/// Runs what a connection brings on its own thread.
#[derive(Clone, Copy, Debug)]
pub struct OnThread;

impl<F: Future<Output = ()> + 'static> Executor<F> for OnThread {
    fn execute(&self, future: F) {
        spawn_local(future);
    }
}

/// What is common to all connections of HTTP/2, whose requests are run by `executor`.
pub fn http2_settings<E: Clone>(executor: E) -> http2::Builder<E> {
    let mut builder = http2::Builder::new(executor);
    builder
        .timer(TokioTimer::new())
        .max_concurrent_streams(MAX_STREAMS)
        .max_header_list_size(u32::try_from(MAX_HEAD_BYTES).unwrap_or(u32::MAX))
        .initial_stream_window_size(STREAM_WINDOW)
        .initial_connection_window_size(CONNECTION_WINDOW)
        .max_send_buf_size(SEND_BYTES)
        .max_pending_accept_reset_streams(MAX_RESETS)
        .max_local_error_reset_streams(MAX_ERRORS)
        .keep_alive_interval(PING_AFTER)
        .keep_alive_timeout(PING_SECONDS);
    builder
}
