//! A connection on which a proxy asks for decisions: HTTP/1.1, or gRPC over HTTP/2 without TLS.

use std::convert::Infallible;
use std::pin::pin;
use std::rc::Rc;

use http::Request;
use hyper::body::Incoming;
use hyper::service::service_fn;
use hyper_util::rt::TokioIo;
use tokio::sync::watch;
use tokio::time::timeout;

use super::super::client::Client;
use super::super::host::ProxyHost;
use super::super::http1::{HEAD_SECONDS, http1_settings};
use super::super::http2::{OnThread, http2_settings};
use super::super::socket::Socket;
use super::super::state::Proxy;
use super::ext_authz::answer_call;
use super::forward_auth::answer_check;

/// How each connection of HTTP/2 begins, and none of HTTP/1.1 (RFC 9113, section 3.4).
const HTTP2: &[u8] = b"PRI";

/// Serves a connection until it ends, or until the node stops and no check is under way on it.
pub async fn serve_checks<H: ProxyHost>(
    proxy: Rc<Proxy<H>>,
    socket: Socket,
    client: Client,
    stopped: watch::Receiver<bool>,
) {
    let client = Rc::new(client);
    // A proxy sends the beginning at once.
    let beginning = timeout(HEAD_SECONDS, socket.peek()).await;
    match beginning.ok().flatten() {
        Some(beginning) if beginning == HTTP2 => serve_calls(proxy, socket, client, stopped).await,
        Some(_) => serve_http1(proxy, socket, client, stopped).await,
        None => {}
    }
}

async fn serve_calls<H: ProxyHost>(
    proxy: Rc<Proxy<H>>,
    socket: Socket,
    client: Rc<Client>,
    mut stopped: watch::Receiver<bool>,
) {
    let service = service_fn(|request: Request<Incoming>| {
        let (proxy, client) = (proxy.clone(), client.clone());
        async move { Ok::<_, Infallible>(answer_call(&proxy, &client, request).await) }
    });
    let mut connection = pin!(http2_settings(OnThread).serve_connection(TokioIo::new(socket), service));
    tokio::select! {
        _ended = connection.as_mut() => return,
        _ = stopped.wait_for(|stopped| *stopped) => connection.as_mut().graceful_shutdown(),
    }
    let _ended = connection.await;
}

async fn serve_http1<H: ProxyHost>(
    proxy: Rc<Proxy<H>>,
    socket: Socket,
    client: Rc<Client>,
    mut stopped: watch::Receiver<bool>,
) {
    let service = service_fn(|request: Request<Incoming>| {
        let (proxy, client) = (proxy.clone(), client.clone());
        async move { Ok::<_, Infallible>(answer_check(&proxy, &client, request).await) }
    });
    let mut connection = pin!(http1_settings().serve_connection(TokioIo::new(socket), service));
    tokio::select! {
        _ended = connection.as_mut() => return,
        _ = stopped.wait_for(|stopped| *stopped) => connection.as_mut().graceful_shutdown(),
    }
    let _ended = connection.await;
}
