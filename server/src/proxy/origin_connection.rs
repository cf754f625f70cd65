//! A connection to an origin.

use std::io;
use std::sync::Arc;

use http::{Request, Response};
use hyper::body::Incoming;
use hyper::client::conn::TrySendError;
use hyper::client::conn::http1::{self, SendRequest};
use hyper_util::rt::TokioIo;
use rustls::ClientConfig;
use rustls::pki_types::ServerName;
use tokio::io::{AsyncRead, AsyncWrite};
use tokio::net::TcpStream;
use tokio::task::{AbortHandle, spawn_local};
use tokio::time::Instant;
use tokio_rustls::TlsConnector;

use super::origin_places::{Counted, Place};
use super::socket::Socket;
use super::upload::Upload;

/// The most headers of an answer, and the most bytes of its head.
const MAX_HEADERS: usize = 256;
const MAX_HEAD_BYTES: usize = 64 * 1024;

/// What of an answer is read ahead, in bytes: each request whose client is slow holds as much.
const BUFFER_BYTES: usize = 64 * 1024;

/// A connection to an origin. It ends when this is dropped: an answer that nobody reads ends with it.
#[derive(Debug)]
pub struct OriginConnection {
    sender: SendRequest<Upload>,
    socket: Socket,
    task: Option<AbortHandle>,
    _open: Counted,
    /// That of the request which it is used for.
    pub place: Option<Place>,
    /// When it was last used.
    pub used: Instant,
    /// Whether a request was sent on it before.
    pub is_reused: bool,
}

impl OriginConnection {
    /// Takes a connection that was made; by TLS if there is a name to verify.
    pub async fn open(
        stream: TcpStream,
        tls: Option<(&ServerName<'static>, &Arc<ClientConfig>)>,
        open: Counted,
    ) -> io::Result<Self> {
        let socket = Socket::new(stream);
        let Some((name, settings)) = tls else { return Self::start(socket.clone(), socket, open).await };
        let stream = TlsConnector::from(settings.clone()).connect(name.clone(), socket.clone()).await?;
        Self::start(stream, socket, open).await
    }

    async fn start(
        stream: impl AsyncRead + AsyncWrite + Unpin + Send + 'static,
        socket: Socket,
        open: Counted,
    ) -> io::Result<Self> {
        let mut builder = http1::Builder::new();
        builder.max_headers(MAX_HEADERS).max_header_size(MAX_HEAD_BYTES).max_buf_size(BUFFER_BYTES);
        let (sender, connection) = builder.handshake(TokioIo::new(stream)).await.map_err(io::Error::other)?;
        let task = Some(spawn_local(connection.with_upgrades()).abort_handle());
        Ok(Self { sender, socket, task, _open: open, place: None, used: Instant::now(), is_reused: false })
    }

    /// Whether it can take a request: the origin has not closed it as far as this machine knows.
    pub fn is_open(&self) -> bool {
        self.sender.is_ready() && self.socket.is_silent()
    }

    /// Sends a request. The error has the request if none of it was sent.
    pub async fn send(
        &mut self,
        request: Request<Upload>,
    ) -> Result<Response<Incoming>, TrySendError<Request<Upload>>> {
        self.sender.try_send_request(request).await
    }

    /// Leaves the connection to itself, for a protocol that it was switched to. It is in use until this is dropped all the same.
    pub fn detach(&mut self) {
        self.task = None;
    }
}

impl Drop for OriginConnection {
    fn drop(&mut self) {
        self.task.iter().for_each(AbortHandle::abort);
    }
}
