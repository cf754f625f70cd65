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
use super::socket::Socket;
use super::state::Proxy;

/// How long a head may take to arrive, and how long a connection waits for the next one.
pub const HEAD_SECONDS: Duration = Duration::from_secs(30);

/// The most bytes of a head: a target and a token of 16 KiB each, and as much for the other headers.
pub const MAX_HEAD_BYTES: usize = 48 * 1024;

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
    serve_http1(proxy, socket.clone(), client.clone(), stopped).await;
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
    let service = service_fn(|request: Request<Incoming>| {
        let (proxy, client) = (proxy.clone(), client.clone());
        async move { Ok::<Response<Answer>, Infallible>(answer(&proxy, &client, request).await) }
    });
    let builder = http1_settings();
    let mut connection = pin!(builder.serve_connection(TokioIo::new(stream), service).with_upgrades());
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
