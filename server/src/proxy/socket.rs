//! A TCP connection that several may hold.

use std::io;
use std::pin::Pin;
use std::sync::Arc;
use std::task::{Context, Poll, ready};
use std::time::Duration;

use socket2::{SockRef, TcpKeepalive};
use tokio::io::{AsyncRead, AsyncWrite, Interest, ReadBuf};
use tokio::net::TcpStream;
use tokio::time::{Sleep, sleep};

/// How long the other side may take none of the bytes that are ready for it.
pub const WRITE_SECONDS: Duration = Duration::from_mins(1);

/// After how long without bytes it is checked whether the other side is still there.
const KEEP_ALIVE: Duration = Duration::from_secs(30);

/// A TCP connection. A clone is the same connection: who serves it may close it after hyper has let go of it, and may look
/// whether it is still open.
#[derive(Debug)]
pub struct Socket {
    stream: Arc<TcpStream>,
    /// Runs while the other side takes nothing.
    stalled: Option<Pin<Box<Sleep>>>,
}

impl Clone for Socket {
    fn clone(&self) -> Self {
        Self { stream: self.stream.clone(), stalled: None }
    }
}

impl Socket {
    /// Wraps a connection: nothing is held back to be sent with more, and a side that is gone is noticed.
    pub fn new(stream: TcpStream) -> Self {
        // A system without these options works, too.
        let _unsupported = stream.set_nodelay(true);
        let keep_alive = TcpKeepalive::new().with_time(KEEP_ALIVE).with_interval(KEEP_ALIVE / 3);
        let _unsupported = SockRef::from(&stream).set_tcp_keepalive(&keep_alive);
        Self { stream: Arc::new(stream), stalled: None }
    }

    /// Whether the other side has neither closed it nor sent anything.
    pub fn is_silent(&self) -> bool {
        let peeked = SockRef::from(&*self.stream).peek(&mut [std::mem::MaybeUninit::uninit()]);
        peeked.is_err_and(|error| error.kind() == io::ErrorKind::WouldBlock)
    }

    /// The first three bytes that the other side sends, or fewer, which stay to be read; `None` if it sends none.
    pub async fn peek(&self) -> Option<[u8; 3]> {
        let mut beginning = [0; 3];
        let count = self.stream.peek(&mut beginning).await.ok()?;
        (count > 0).then_some(beginning)
    }

    /// Says that nothing more is sent.
    pub fn finish(&self) -> io::Result<()> {
        SockRef::from(&*self.stream).shutdown(std::net::Shutdown::Write)
    }

    /// Waits until the connection is lost: reset, or unconfirmed for too long. A client that has closed it and one that only sends
    /// nothing more look alike, until something is written to the one that has.
    pub async fn lost(&self) {
        while self.stream.ready(Interest::ERROR).await.is_ok_and(|ready| !ready.is_error()) {}
    }

    /// Reads what has come. What leaves room in `buffer` was all there is: as tokio's own reader does, no second read asks for more
    /// before the system says that there is.
    fn read_once(&self, buffer: &mut ReadBuf<'_>) -> io::Result<usize> {
        let room = buffer.remaining();
        let mut read = Err(io::ErrorKind::WouldBlock.into());
        // What the closure returns decides whether the connection still counts as readable.
        let _readable = self.stream.try_io(Interest::READABLE, || {
            read = self.stream.try_read_buf(buffer);
            match read {
                Ok(count) if 0 < count && count < room => Err(io::ErrorKind::WouldBlock.into()),
                _ => Ok(()),
            }
        });
        read
    }

    fn poll_try_write(
        &mut self,
        context: &mut Context<'_>,
        write: impl Fn(&TcpStream) -> io::Result<usize>,
    ) -> Poll<io::Result<usize>> {
        loop {
            if self.stream.poll_write_ready(context)?.is_pending() {
                let stalled = self.stalled.get_or_insert_with(|| Box::pin(sleep(WRITE_SECONDS)));
                ready!(stalled.as_mut().poll(context));
                return Poll::Ready(Err(io::ErrorKind::TimedOut.into()));
            }
            match write(&self.stream) {
                Err(error) if error.kind() == io::ErrorKind::WouldBlock => {}
                written => {
                    self.stalled = None;
                    return Poll::Ready(written);
                }
            }
        }
    }
}

impl AsyncRead for Socket {
    fn poll_read(
        self: Pin<&mut Self>,
        context: &mut Context<'_>,
        buffer: &mut ReadBuf<'_>,
    ) -> Poll<io::Result<()>> {
        loop {
            ready!(self.stream.poll_read_ready(context))?;
            match self.read_once(buffer) {
                Ok(_) => return Poll::Ready(Ok(())),
                Err(error) if error.kind() == io::ErrorKind::WouldBlock => {}
                Err(error) => return Poll::Ready(Err(error)),
            }
        }
    }
}

impl AsyncWrite for Socket {
    fn poll_write(self: Pin<&mut Self>, context: &mut Context<'_>, bytes: &[u8]) -> Poll<io::Result<usize>> {
        self.get_mut().poll_try_write(context, |stream| stream.try_write(bytes))
    }

    fn poll_write_vectored(
        self: Pin<&mut Self>,
        context: &mut Context<'_>,
        parts: &[io::IoSlice<'_>],
    ) -> Poll<io::Result<usize>> {
        self.get_mut().poll_try_write(context, |stream| stream.try_write_vectored(parts))
    }

    fn is_write_vectored(&self) -> bool {
        true
    }

    fn poll_flush(self: Pin<&mut Self>, _context: &mut Context<'_>) -> Poll<io::Result<()>> {
        Poll::Ready(Ok(()))
    }

    fn poll_shutdown(self: Pin<&mut Self>, _context: &mut Context<'_>) -> Poll<io::Result<()>> {
        Poll::Ready(self.finish())
    }
}
