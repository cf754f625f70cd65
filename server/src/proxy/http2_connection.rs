//! A client's connection of HTTP/2.

use std::convert::Infallible;
use std::pin::pin;
use std::rc::Rc;

use http::{Method, Request};
use hyper::body::Incoming;
use hyper::service::service_fn;
use hyper_util::rt::TokioIo;
use tokio::io::{AsyncRead, AsyncWrite};
use tokio::sync::watch;

use super::answer::to_head;
use super::client::Client;
use super::host::ProxyHost;
use super::http2::http2_settings;
use super::http2_load::{Counted, Load};
use super::http2_streams::Streams;
use super::request_handler::answer;
use super::state::Proxy;

/// Serves a connection until it ends, or until the node stops or nothing is under way on it for a while. A client that abandons
/// requests instead of reading answers is cut off.
pub async fn serve_http2<H: ProxyHost>(
    proxy: Rc<Proxy<H>>,
    stream: impl AsyncRead + AsyncWrite + Unpin + Send + 'static,
    client: Rc<Client>,
    mut stopped: watch::Receiver<bool>,
) {
    let load = Rc::new(Load::default());
    let service = service_fn(|request: Request<Incoming>| {
        let (proxy, client, underway) = (proxy.clone(), client.clone(), load.begin());
        let is_head = request.method() == Method::HEAD;
        async move {
            let answer = answer(&proxy, &client, request, None).await;
            // hyper sends what there is.
            let answer = if is_head { to_head(answer) } else { answer };
            Ok::<_, Infallible>(answer.map(|body| Counted::new(body, underway)))
        }
    });
    let settings = http2_settings(Streams(load.clone()));
    let mut connection = pin!(settings.serve_connection(TokioIo::new(stream), service));
    tokio::select! {
        _ended = connection.as_mut() => return,
        is_abuse = load.is_over() => {
            if is_abuse {
                return;
            }
        }
        _ = stopped.wait_for(|stopped| *stopped) => {}
    }
    connection.as_mut().graceful_shutdown();
    tokio::select! {
        _ended = connection => {}
        _is_abuse = load.is_over() => {}
    }
}
