//! A client's connection.

use std::convert::Infallible;
use std::pin::pin;
use std::rc::Rc;
use std::time::Duration;

use http::{Request, Response};
use hyper::body::Incoming;
use hyper::server::conn::http1;
use hyper::service::service_fn;
use hyper_util::rt::{TokioIo, TokioTimer};
use tokio::io::{AsyncRead, AsyncWrite};
use tokio::sync::watch;

use super::answer::Answer;
use super::client::Client;
use super::host::ProxyHost;
use super::linger::linger;
use super::request_handler::answer;
use super::request_lines::{Heads, RequestLines};
use super::socket::Socket;
use super::state::Proxy;

/// How long a head may take to arrive, and how long a connection waits for the next one.
pub const HEAD_SECONDS: Duration = Duration::from_secs(30);

/// The most bytes of a head, as much as is read ahead. What exceeds the limits of targets, tokens and headers is refused with its
/// reason up to here.
pub const MAX_HEAD_BYTES: usize = BUFFER_BYTES;

/// The most headers that are read: one more than are accepted could not be refused with a reason.
const MAX_HEADERS: usize = 512;

/// What of a body is read ahead, and how much of an answer waits to be written.
const BUFFER_BYTES: usize = 64 * 1024;

/// Serves a connection until it ends, or until the node stops and no request is under way on it.
pub async fn serve_connection<H: ProxyHost>(
    proxy: Rc<Proxy<H>>,
    socket: Socket,
    client: Client,
    stopped: watch::Receiver<bool>,
) {
    let client = Rc::new(client);
    tokio::select! {
        biased;
        () = serve_http1(proxy, socket.clone(), client.clone(), stopped) => {}
        () = socket.lost() => return,
    }
    if !client.is_switched.get() {
        linger(socket).await;
    }
}

async fn serve_http1<H: ProxyHost>(
    proxy: Rc<Proxy<H>>,
    stream: impl AsyncRead + AsyncWrite + Unpin + Send + 'static,
    client: Rc<Client>,
    mut stopped: watch::Receiver<bool>,
) {
    let heads = Heads::default();
    let service = service_fn(|request: Request<Incoming>| {
        let (proxy, client, target) = (proxy.clone(), client.clone(), heads.announce(&request));
        async move { Ok::<Response<Answer>, Infallible>(answer(&proxy, &client, request, target).await) }
    });
    let mut builder = http1_settings();
    // A client may say that it sends nothing more, and wait for its answer. hyper does not watch it then.
    builder.half_close(true);
    let stream = TokioIo::new(RequestLines::new(stream, heads.clone()));
    let mut connection = pin!(builder.serve_connection(stream, service).with_upgrades());
    tokio::select! {
        _ended = connection.as_mut() => return,
        _ = stopped.wait_for(|stopped| *stopped) => connection.as_mut().graceful_shutdown(),
    }
    let _ended = connection.await;
}

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
