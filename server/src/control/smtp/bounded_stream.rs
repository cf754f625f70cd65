//! A connection of which only so much is read.

use std::io::{Error, Result};
use std::net::SocketAddr;
use std::pin::Pin;
use std::task::{Context, Poll, ready};

use lettre::transport::smtp::client::AsyncTokioStream;
use tokio::io::{AsyncRead, AsyncWrite, ReadBuf};

/// The most bytes of answers: lettre reads lines of any length.
const MAX_BYTES: usize = 64 * 1024;

/// A connection of which at most [`MAX_BYTES`] are read.
#[derive(Debug)]
pub struct BoundedStream<S> {
    stream: S,
    peer: SocketAddr,
    left: usize,
    at_once: usize,
}

impl<S> BoundedStream<S> {
    /// Wraps a connection to `peer`.
    pub fn new(stream: S, peer: SocketAddr) -> Self {
        Self { stream, peer, left: MAX_BYTES, at_once: MAX_BYTES }
    }

    /// Wraps one that `STARTTLS` secures later. It is read byte by byte: what another slips in behind the answer to `STARTTLS` is
    /// not kept and taken for an answer over TLS, but breaks the handshake.
    pub fn before_tls(stream: S, peer: SocketAddr) -> Self {
        Self { at_once: 1, ..Self::new(stream, peer) }
    }
}

impl<S: AsyncRead + Unpin> AsyncRead for BoundedStream<S> {
    fn poll_read(
        self: Pin<&mut Self>,
        context: &mut Context<'_>,
        buffer: &mut ReadBuf<'_>,
    ) -> Poll<Result<()>> {
        let this = self.get_mut();
        if this.left == 0 {
            return Poll::Ready(Err(Error::other("the answers are too long")));
        }
        let size = buffer.remaining().min(this.left).min(this.at_once);
        let mut part = ReadBuf::new(buffer.initialize_unfilled_to(size));
        ready!(Pin::new(&mut this.stream).poll_read(context, &mut part))?;
        let count = part.filled().len();
        buffer.advance(count);
        this.left -= count;
        Poll::Ready(Ok(()))
    }
}

impl<S: AsyncWrite + Unpin> AsyncWrite for BoundedStream<S> {
    fn poll_write(self: Pin<&mut Self>, context: &mut Context<'_>, bytes: &[u8]) -> Poll<Result<usize>> {
        Pin::new(&mut self.get_mut().stream).poll_write(context, bytes)
    }

    fn poll_flush(self: Pin<&mut Self>, context: &mut Context<'_>) -> Poll<Result<()>> {
        Pin::new(&mut self.get_mut().stream).poll_flush(context)
    }

    fn poll_shutdown(self: Pin<&mut Self>, context: &mut Context<'_>) -> Poll<Result<()>> {
        Pin::new(&mut self.get_mut().stream).poll_shutdown(context)
    }
}

impl<S: AsyncRead + AsyncWrite + Send + Sync + Unpin + std::fmt::Debug> AsyncTokioStream
    for BoundedStream<S>
{
    fn peer_addr(&self) -> Result<SocketAddr> {
        Ok(self.peer)
    }
}
