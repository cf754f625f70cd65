//! The bytes of an HTTP/1 connection on their way to hyper.
//!
//! What the crate `http` cannot represent as a target, hyper refuses by itself: without a problem document and without a log line. So
//! request lines are looked at before hyper reads them. What makes no difference is percent-encoded, as browsers and the workers' platform do.
//! Of a line with any other such target hyper gets `/` as the target, and the request handler the one that was sent.
//!
//! To find the next request line, this has to know where a message ends. hyper alone says that: after each head it is announced how long
//! the body is. Where that is not known beforehand, later request lines of the connection are not looked at.

use std::io;
use std::mem::MaybeUninit;
use std::pin::Pin;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::task::{Context, Poll, ready};

use http::header::UPGRADE;
use http::{Request, Uri};
use http_body::Body;
use memchr::{memchr, memrchr};
use tokio::io::{AsyncRead, AsyncWrite, ReadBuf};

/// The longest request line that is looked at, in bytes.
const MAX_LINE_BYTES: usize = 64 * 1024;

/// How many bytes are read at a time.
const READ_BYTES: usize = 8 * 1024;

/// A connection whose request lines are looked at.
#[derive(Debug)]
pub struct RequestLines<S> {
    stream: S,
    heads: Heads,
    /// What was read and hyper does not have.
    ahead: Vec<u8>,
    /// How much of that hyper may have.
    cleared: usize,
    next: Next,
}

/// What comes after what hyper may have.
#[derive(Clone, Copy, Debug)]
enum Next {
    /// A request line.
    Line,
    /// A header, or the end of the head.
    Header,
    /// What hyper says after the head.
    Announcement,
    /// So many bytes of a body.
    Body(u64),
    /// Something that is not looked at.
    Rest,
}

/// What the connection and the handler of its requests tell each other of a head.
#[derive(Clone, Debug, Default)]
pub struct Heads(Arc<Mutex<Head>>);

#[derive(Debug, Default)]
struct Head {
    /// The target that was sent, if hyper has another.
    target: Option<String>,
    /// What follows.
    next: Option<Next>,
}

impl Heads {
    /// Says where the next request line is to be expected after a request; its target, if hyper does not have it.
    pub fn announce<B: Body>(&self, request: &Request<B>) -> Option<String> {
        let body = request.body();
        let next = if request.headers().contains_key(UPGRADE) {
            Next::Rest
        } else if body.is_end_stream() {
            Next::Line
        } else {
            body.size_hint().exact().map_or(Next::Rest, Next::Body)
        };
        let mut head = self.lock();
        head.next = Some(next);
        head.target.take()
    }

    fn lock(&self) -> MutexGuard<'_, Head> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl<S> RequestLines<S> {
    /// Looks at the request lines of a connection.
    pub fn new(stream: S, heads: Heads) -> Self {
        Self { stream, heads, ahead: Vec::new(), cleared: 0, next: Next::Line }
    }

    /// Lets hyper have what it may of what was read.
    fn clear(&mut self) {
        loop {
            let rest = self.ahead.get(self.cleared..).unwrap_or_default();
            let line = memchr(b'\n', rest).map(|end| end + 1);
            match (self.next, line) {
                (Next::Rest, _) => return self.cleared = self.ahead.len(),
                (Next::Body(bytes), _) => {
                    let cleared = rest.len().min(usize::try_from(bytes).unwrap_or(usize::MAX));
                    self.cleared += cleared;
                    if self.take_body(cleared) {
                        return;
                    }
                }
                (Next::Announcement, _) if self.cleared > 0 => return,
                // Without one, hyper has not found the end of the head.
                (Next::Announcement, _) => self.next = self.heads.lock().next.take().unwrap_or(Next::Rest),
                (Next::Line | Next::Header, None) if rest.len() <= MAX_LINE_BYTES => return,
                (Next::Line | Next::Header, None) => self.next = Next::Rest,
                (Next::Line, Some(bytes)) => self.take_line(bytes),
                (Next::Header, Some(bytes)) => {
                    if is_blank(rest.get(..bytes).unwrap_or_default()) {
                        self.next = Next::Announcement;
                    }
                    self.cleared += bytes;
                }
            }
        }
    }

    /// Notes that hyper has so many bytes more of a body. Whether others are left.
    fn take_body(&mut self, bytes: usize) -> bool {
        let Next::Body(left) = self.next else { return false };
        let left = left.saturating_sub(u64::try_from(bytes).unwrap_or(u64::MAX));
        self.next = if left == 0 { Next::Line } else { Next::Body(left) };
        left > 0
    }

    /// Looks at a request line of so many bytes, and clears it.
    fn take_line(&mut self, bytes: usize) {
        let end = self.cleared + bytes;
        let line = self.ahead.get(self.cleared..end).unwrap_or_default();
        if is_blank(line) {
            self.cleared = end;
            return;
        }
        self.next = Next::Header;
        let Some((method, target, version)) = unrepresentable(line) else {
            self.cleared = end;
            return;
        };
        let encoded = with_encoded_query(target).filter(|encoded| is_representable(encoded));
        if encoded.is_none() {
            self.heads.lock().target = Some(String::from_utf8_lossy(target).into_owned());
        }
        let replaced = [method, b" ", encoded.as_deref().unwrap_or(b"/"), b" ", version].concat();
        self.ahead.splice(self.cleared..end, replaced.iter().copied());
        self.cleared += replaced.len();
    }

    /// Gives hyper what is cleared.
    fn hand_over(&mut self, buffer: &mut ReadBuf<'_>) {
        let bytes = self.cleared.min(buffer.remaining());
        buffer.put_slice(self.ahead.get(..bytes).unwrap_or_default());
        self.cleared -= bytes;
        self.ahead.drain(..bytes);
        if self.ahead.is_empty() {
            // A connection that waits holds nothing.
            self.ahead = Vec::new();
        }
    }
}

/// The parts of a request line whose target the crate `http` cannot represent, or not as it was sent.
fn unrepresentable(line: &[u8]) -> Option<(&[u8], &[u8], &[u8])> {
    let start = memchr(b' ', line)?;
    let end = memrchr(b' ', line).filter(|end| *end > start)?;
    let (method, target, version) = (line.get(..start)?, line.get(start + 1..end)?, line.get(end + 1..)?);
    (method != b"CONNECT" && !is_representable(target)).then_some((method, target, version))
}

fn is_representable(target: &[u8]) -> bool {
    let is_printable = |byte: &u8| *byte > b' ' && *byte != DELETE;
    match Uri::try_from(target) {
        Ok(_) if target.starts_with(b"/") || target == b"*" => target.iter().all(is_printable),
        // Without a path, it would be given one.
        Ok(uri) => {
            let text = uri.to_string();
            let start = target.get(..text.len()).unwrap_or_default();
            uri.scheme().is_some() && start.eq_ignore_ascii_case(text.as_bytes())
        }
        Err(_) => false,
    }
}

/// A target whose query has no quotation marks and angle brackets that are not percent-encoded: clients send them, and they mean the
/// same (RFC 3986, section 2.4).
fn with_encoded_query(target: &[u8]) -> Option<Vec<u8>> {
    let (path, query) = target.split_at(memchr(b'?', target)?);
    let mut encoded = path.to_vec();
    for byte in query {
        match byte {
            b'"' => encoded.extend_from_slice(b"%22"),
            b'<' => encoded.extend_from_slice(b"%3C"),
            b'>' => encoded.extend_from_slice(b"%3E"),
            _ => encoded.push(*byte),
        }
    }
    Some(encoded)
}

const DELETE: u8 = 0x7f;

fn is_blank(line: &[u8]) -> bool {
    matches!(line, b"\r\n" | b"\n")
}

impl<S: AsyncRead + Unpin> AsyncRead for RequestLines<S> {
    fn poll_read(
        self: Pin<&mut Self>,
        context: &mut Context<'_>,
        buffer: &mut ReadBuf<'_>,
    ) -> Poll<io::Result<()>> {
        let this = self.get_mut();
        loop {
            this.clear();
            if this.cleared > 0 {
                this.hand_over(buffer);
                return Poll::Ready(Ok(()));
            }
            let stream = Pin::new(&mut this.stream);
            match this.next {
                Next::Rest => return stream.poll_read(context, buffer),
                Next::Body(left) if u64::try_from(buffer.remaining()).is_ok_and(|room| room <= left) => {
                    let start = buffer.filled().len();
                    ready!(stream.poll_read(context, buffer))?;
                    this.take_body(buffer.filled().len() - start);
                    return Poll::Ready(Ok(()));
                }
                _ => {}
            }
            let mut bytes = [MaybeUninit::uninit(); READ_BYTES];
            let mut read = ReadBuf::uninit(&mut bytes);
            ready!(stream.poll_read(context, &mut read))?;
            if read.filled().is_empty() {
                this.next = Next::Rest;
                if this.ahead.is_empty() {
                    return Poll::Ready(Ok(()));
                }
            }
            this.ahead.extend_from_slice(read.filled());
        }
    }
}

impl<S: AsyncWrite + Unpin> AsyncWrite for RequestLines<S> {
    fn poll_write(
        mut self: Pin<&mut Self>,
        context: &mut Context<'_>,
        bytes: &[u8],
    ) -> Poll<io::Result<usize>> {
        Pin::new(&mut self.stream).poll_write(context, bytes)
    }

    fn poll_write_vectored(
        mut self: Pin<&mut Self>,
        context: &mut Context<'_>,
        parts: &[io::IoSlice<'_>],
    ) -> Poll<io::Result<usize>> {
        Pin::new(&mut self.stream).poll_write_vectored(context, parts)
    }

    fn is_write_vectored(&self) -> bool {
        self.stream.is_write_vectored()
    }

    fn poll_flush(mut self: Pin<&mut Self>, context: &mut Context<'_>) -> Poll<io::Result<()>> {
        Pin::new(&mut self.stream).poll_flush(context)
    }

    fn poll_shutdown(mut self: Pin<&mut Self>, context: &mut Context<'_>) -> Poll<io::Result<()>> {
        Pin::new(&mut self.stream).poll_shutdown(context)
    }
}
