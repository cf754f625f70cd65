//! A client's connection.

use std::convert::Infallible;
use std::pin::pin;
use std::rc::Rc;
use std::time::Duration;

use http::{Request, Response};
use hyper::body::Incoming;
use hyper::service::service_fn;
use hyper_util::rt::TokioIo;
use tokio::io::{AsyncRead, AsyncWrite};
use tokio::sync::watch;
use tokio::time::timeout;
use tokio_rustls::TlsAcceptor;

use super::answer::Answer;
use super::client::Client;
use super::host::ProxyHost;
use super::http1::http1_settings;
use super::http2_connection::serve_http2;
use super::linger::linger;
use super::request_handler::answer;
use super::request_lines::{Heads, RequestLines};
use super::socket::Socket;
use super::state::Proxy;

/// How long the handshake of TLS may take.
const HANDSHAKE_SECONDS: Duration = Duration::from_secs(10);

/// How ALPN names HTTP/2 (RFC 9113, section 3.1).
const HTTP2: &[u8] = b"h2";

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
        () = serve_socket(proxy, socket.clone(), client.clone(), stopped) => {}
        () = socket.lost() => return,
    }
    let tunnel = client.tunnel.take();
    match tunnel {
        // The connection lasts as long as its tunnel.
        Some(tunnel) => drop(tunnel.await),
        None => linger(socket).await,
    }
}

async fn serve_socket<H: ProxyHost>(
    proxy: Rc<Proxy<H>>,
    socket: Socket,
    client: Rc<Client>,
    stopped: watch::Receiver<bool>,
) {
    let Some(tls) = proxy.tls.clone() else { return serve_http1(proxy, socket, client, stopped).await };
    let accepted = timeout(HANDSHAKE_SECONDS, TlsAcceptor::from(tls).accept(socket)).await;
    let Ok(Ok(stream)) = accepted else { return };
    if stream.get_ref().1.alpn_protocol() == Some(HTTP2) {
        serve_http2(proxy, stream, client, stopped).await;
    } else {
        serve_http1(proxy, stream, client, stopped).await;
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
