//! Connections that were switched to the `WebSocket` protocol (RFC 6455).

use http::header::{CONNECTION, UPGRADE};
use http::{HeaderValue, Response, StatusCode};
use hyper::body::Incoming;
use hyper::upgrade::OnUpgrade;
use hyper_util::rt::TokioIo;
use tokio::io::copy_bidirectional;
use tokio::task::{JoinHandle, spawn_local};

use super::answer::Answer;
use super::answer_headers::to_client;
use super::origin_connection::OriginConnection;

/// The end of the handshake as the client gets it; `None` if the origin switched to another protocol than the one that was asked
/// for. No browser asks CORS of a handshake.
pub fn handshake(response: &Response<Incoming>, id: &HeaderValue) -> Option<Response<Answer>> {
    let protocol = response.headers().get(UPGRADE)?;
    if !protocol.as_bytes().eq_ignore_ascii_case(b"websocket") {
        return None;
    }
    let mut answer = Response::new(Answer::Own(None));
    *answer.status_mut() = StatusCode::SWITCHING_PROTOCOLS;
    *answer.headers_mut() = response.headers().clone();
    to_client(answer.headers_mut(), None, id);
    answer.headers_mut().insert(CONNECTION, HeaderValue::from_static("upgrade"));
    answer.headers_mut().insert(UPGRADE, HeaderValue::from_static("websocket"));
    Some(answer)
}

/// Carries bytes both ways until one side ends.
pub fn open(
    client: OnUpgrade,
    response: Response<Incoming>,
    mut connection: OriginConnection,
) -> JoinHandle<()> {
    let origin = hyper::upgrade::on(response);
    connection.detach();
    spawn_local(async move {
        let _in_use = connection;
        let (Ok(client), Ok(origin)) = tokio::join!(client, origin) else { return };
        let (mut client, mut origin) = (TokioIo::new(client), TokioIo::new(origin));
        let _ended = copy_bidirectional(&mut client, &mut origin).await;
    })
}
