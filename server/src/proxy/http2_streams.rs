//! The requests of a connection of HTTP/2, each of which ends when its client takes nothing of the answer for too long. A closed window keeps
//! nobody from answering pings, so the connection stays; what the origin has sent, and its connection, would wait for ever.

use std::future::poll_fn;
use std::pin::pin;
use std::rc::Rc;
use std::task::Poll;

use hyper::rt::Executor;
use tokio::task::spawn_local;
use tokio::time::sleep;

use super::http2_load::{Load, Turn};
use super::socket::WRITE_SECONDS;

/// Runs the requests of a connection on its thread.
#[derive(Clone, Debug)]
pub struct Streams(pub Rc<Load>);

impl<F: Future<Output = ()> + 'static> Executor<F> for Streams {
    fn execute(&self, request: F) {
        spawn_local(unless_stalled(self.0.clone(), request));
    }
}

/// A request; dropped, and so reset, if its client takes nothing of what is there.
async fn unless_stalled(load: Rc<Load>, request: impl Future<Output = ()>) {
    let mut request = pin!(request);
    let mut stalled = pin!(None);
    poll_fn(|context| {
        load.turn.set(None);
        if request.as_mut().poll(context).is_ready() {
            return Poll::Ready(());
        }
        match load.turn.take() {
            // It was given a part of the answer just now, and asked for no further one.
            Some(Turn::Clients) => stalled.set(Some(sleep(WRITE_SECONDS))),
            Some(Turn::Origins) => stalled.set(None),
            None => {}
        }
        stalled.as_mut().as_pin_mut().map_or(Poll::Pending, |timer| timer.poll(context))
    })
    .await;
}

#[cfg(test)]
#[allow(
    clippy::unwrap_used,
    clippy::disallowed_methods,
    reason = "a failing test panics, and its clock stands still"
)]
mod tests {
    use std::pin::Pin;
    use std::task::{Context, ready};
    use std::time::Duration;

    use bytes::Bytes;
    use http_body::{Body, Frame};
    use tokio::runtime::Builder;
    use tokio::time::{Instant, Sleep};

    use super::super::http2_load::Counted;
    use super::*;

    const PARTS: u64 = 3;

    /// An answer in parts, before each of which the origin waits.
    struct Slow {
        left: u64,
        wait: Duration,
        next: Pin<Box<Sleep>>,
    }

    impl Body for Slow {
        type Data = Bytes;
        type Error = std::convert::Infallible;

        fn poll_frame(
            mut self: Pin<&mut Self>,
            context: &mut Context<'_>,
        ) -> Poll<Option<Result<Frame<Bytes>, Self::Error>>> {
            ready!(self.next.as_mut().poll(context));
            self.next = Box::pin(sleep(self.wait));
            let Some(left) = self.left.checked_sub(1) else { return Poll::Ready(None) };
            self.left = left;
            Poll::Ready(Some(Ok(Frame::data(Bytes::from_static(b"part")))))
        }
    }

    /// The seconds that a request takes whose origin waits so long before each part, and whose client after each; and how many parts
    /// were given.
    fn run(origin: u64, client: u64) -> (u64, u64) {
        let runtime = Builder::new_current_thread().enable_time().start_paused(true).build().unwrap();
        runtime.block_on(async {
            let (load, began) = (Rc::new(Load::default()), Instant::now());
            let wait = Duration::from_secs(origin);
            let body = Slow { left: PARTS, wait, next: Box::pin(sleep(wait)) };
            let mut body = Counted::new(body, load.begin());
            let given = std::cell::Cell::new(0);
            let request = async {
                while poll_fn(|context| Pin::new(&mut body).poll_frame(context)).await.is_some() {
                    given.set(given.get() + 1);
                    sleep(Duration::from_secs(client)).await;
                }
            };
            unless_stalled(load.clone(), request).await;
            (began.elapsed().as_secs(), given.get())
        })
    }

    #[test]
    fn a_client_may_be_slow_and_an_origin_may_take_its_time() {
        assert_eq!(run(0, 0), (0, PARTS));
        assert_eq!(run(0, 59), (59 * PARTS, PARTS));
        // It waits before the end, too, and from the part before on.
        assert_eq!(run(3600, 1), (3600 * (PARTS + 1), PARTS));
    }

    #[test]
    fn a_client_that_takes_nothing_ends_its_request() {
        assert_eq!(run(0, 61), (60, 1));
        assert_eq!(run(3600, 3600), (3660, 1));
    }
}
