//! The listener of a data thread.

use std::rc::Rc;

use bytes::Bytes;
use http_body_util::Full;
use hyper::body::Incoming;
use hyper::server::conn::http1;
use hyper::service::service_fn;
use hyper_util::rt::TokioIo;
use tokio::net::TcpListener;
use tokio::sync::watch;
use tokio::task::spawn_local;

use crate::data_thread::DataThread;

/// Serves connections until the node stops.
pub async fn serve(listener: TcpListener, host: Rc<DataThread>, mut stopped: watch::Receiver<bool>) {
    loop {
        let accepted = tokio::select! {
            accepted = listener.accept() => accepted,
            _ = stopped.wait_for(|stopped| *stopped) => break,
        };
        let Ok((stream, address)) = accepted else { continue };
        let host = host.clone();
        spawn_local(async move {
            let answer = service_fn(|request: http::Request<Incoming>| {
                let host = host.clone();
                async move {
                    let answer = host.node.control.answer(request, Some(address.ip())).await;
                    Ok::<http::Response<Full<Bytes>>, std::convert::Infallible>(answer)
                }
            });
            let _ended = http1::Builder::new().serve_connection(TokioIo::new(stream), answer).await;
        });
    }
}
