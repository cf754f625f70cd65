//! What a connection of HTTP/2 has cost and still does.

use std::cell::Cell;
use std::pin::Pin;
use std::rc::Rc;
use std::task::{Context, Poll};
use std::time::Duration;

use http_body::{Body, Frame, SizeHint};
use tokio::sync::Notify;
use tokio::time::sleep;

/// How long a connection waits for the next request.
const IDLE: Duration = Duration::from_mins(2);

/// How many more requests a client may have reset than let end: rapid resets cost it nothing, and the gateway a decision and a request to an
/// origin (CVE-2023-44487).
const MAX_ABANDONED: u32 = 128;

/// The requests of a connection.
#[derive(Debug, Default)]
pub struct Load {
    underway: Cell<usize>,
    abandoned: Cell<u32>,
    /// For whom the request that is being polled waits, as far as its answer says.
    pub turn: Cell<Option<Turn>>,
    /// Given whenever a request begins or ends.
    changed: Notify,
}

/// Whose turn it is in an answer.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Turn {
    /// The client has to take what there is.
    Clients,
    /// The origin has to send what follows.
    Origins,
}

impl Load {
    /// A request that begins.
    pub fn begin(self: &Rc<Self>) -> Underway {
        self.underway.set(self.underway.get() + 1);
        self.changed.notify_one();
        Underway { load: self.clone(), is_over: false }
    }

    /// Waits until no request has been under way for a while; true if it was the client that abandoned too many before.
    pub async fn is_over(&self) -> bool {
        loop {
            if self.abandoned.get() > MAX_ABANDONED {
                return true;
            }
            let idle = async {
                match self.underway.get() {
                    0 => sleep(IDLE).await,
                    _ => std::future::pending().await,
                }
            };
            tokio::select! {
                () = idle => return false,
                () = self.changed.notified() => {}
            }
        }
    }
}

/// A request until its answer has ended, or the client has reset it.
#[derive(Debug)]
pub struct Underway {
    load: Rc<Load>,
    is_over: bool,
}

impl Drop for Underway {
    fn drop(&mut self) {
        let abandoned = self.load.abandoned.get();
        self.load.abandoned.set(if self.is_over { abandoned.saturating_sub(1) } else { abandoned + 1 });
        self.load.underway.set(self.load.underway.get().saturating_sub(1));
        self.load.changed.notify_one();
    }
}

/// The body of an answer, which is a part of the request.
#[derive(Debug)]
pub struct Counted<B: Body + Unpin> {
    body: B,
    underway: Underway,
}

impl<B: Body + Unpin> Counted<B> {
    /// The body of the answer to a request.
    pub fn new(body: B, underway: Underway) -> Self {
        Self { body, underway }
    }
}

impl<B: Body + Unpin> Drop for Counted<B> {
    fn drop(&mut self) {
        self.underway.is_over |= self.body.is_end_stream();
    }
}

impl<B: Body + Unpin> Body for Counted<B> {
    type Data = B::Data;
    type Error = B::Error;

    fn poll_frame(
        mut self: Pin<&mut Self>,
        context: &mut Context<'_>,
    ) -> Poll<Option<Result<Frame<B::Data>, B::Error>>> {
        let polled = Pin::new(&mut self.body).poll_frame(context);
        // One that fails is not the client's doing.
        self.underway.is_over |= matches!(polled, Poll::Ready(None | Some(Err(_))));
        self.underway.load.turn.set(Some(if polled.is_ready() { Turn::Clients } else { Turn::Origins }));
        polled
    }

    fn is_end_stream(&self) -> bool {
        self.body.is_end_stream()
    }

    fn size_hint(&self) -> SizeHint {
        self.body.size_hint()
    }
}
