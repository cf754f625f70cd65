//! One after another, within a process.

use std::collections::btree_map::Entry;
use std::collections::{BTreeMap, VecDeque};
use std::sync::{Arc, Mutex};

use crate::host::Tasks;
use crate::lock::lock;

/// How long a turn is waited for, in seconds.
const PATIENCE: f64 = 12.0;

/// Turns by name, in the order of arrival. Nothing depends on them for its correctness, which commits at an expected
/// revision see to; they keep requests of a process from changing, fetching or publishing the same thing at the same time,
/// and let them learn what came of it.
///
/// Each scope has its own turns: what waits in one cannot be woken from another, and one that ends without dropping its
/// futures blocks none.
pub struct Turns<S>(Mutex<BTreeMap<Name, VecDeque<Arc<S>>>>);

/// The scope, and the name within it.
type Name = (u32, String);

impl<S> Default for Turns<S> {
    fn default() -> Self {
        Self(Mutex::default())
    }
}

/// A turn, or a place in the queue for one, until this is dropped.
pub struct Turn<'t, H: Tasks> {
    turns: &'t Turns<H::Signal>,
    host: &'t H,
    name: Name,
    /// Given when the turn comes.
    signal: Option<Arc<H::Signal>>,
}

impl<S> Turns<S> {
    /// Waits for the turn of that name; `None` if that takes too long.
    pub async fn take<'t, H>(&'t self, host: &'t H, name: &str) -> Option<Turn<'t, H>>
    where
        H: Tasks<Signal = S>,
    {
        let turn = self.enter(host, (host.scope(), name.to_owned()));
        if let Some(signal) = &turn.signal {
            host.wait(signal, None, PATIENCE).await;
        }
        (!turn.is_waiting()).then_some(turn)
    }

    /// Takes the turn, or a place in the queue.
    fn enter<'t, H: Tasks<Signal = S>>(&'t self, host: &'t H, name: Name) -> Turn<'t, H> {
        let signal = match lock(&self.0).entry(name.clone()) {
            Entry::Vacant(free) => {
                free.insert(VecDeque::new());
                None
            }
            Entry::Occupied(mut taken) => {
                let signal = Arc::new(host.signal());
                taken.get_mut().push_back(signal.clone());
                Some(signal)
            }
        };
        Turn { turns: self, host, name, signal }
    }

    /// Ends a turn and gives the next one. It stays taken meanwhile, so that none that arrives now comes first.
    fn pass_on(&self, name: &Name) -> Option<Arc<S>> {
        let mut all = lock(&self.0);
        let next = all.get_mut(name)?.pop_front();
        if next.is_none() {
            all.remove(name);
        }
        next
    }
}

impl<H: Tasks> Turn<'_, H> {
    fn is_waiting(&self) -> bool {
        let all = lock(&self.turns.0);
        let queue = all.get(&self.name).into_iter().flatten();
        self.signal.as_ref().is_some_and(|signal| queue.into_iter().any(|other| Arc::ptr_eq(other, signal)))
    }
}

impl<H: Tasks> Drop for Turn<'_, H> {
    fn drop(&mut self) {
        if self.is_waiting() {
            if let Some(queue) = lock(&self.turns.0).get_mut(&self.name) {
                queue.retain(|other| !self.signal.as_ref().is_some_and(|signal| Arc::ptr_eq(other, signal)));
            }
        } else if let Some(next) = self.turns.pass_on(&self.name) {
            self.host.wake(&next);
        }
    }
}

#[cfg(test)]
mod tests {
    use std::future::poll_fn;
    use std::pin::Pin;
    use std::sync::atomic::{AtomicBool, Ordering};
    use std::task::{Context, Poll, Waker};

    use edge_authorizer::ProjectId;

    use super::*;
    use crate::host::Job;

    struct Fake {
        scope: u32,
        is_late: AtomicBool,
    }

    impl Tasks for Fake {
        type Signal = AtomicBool;

        fn scope(&self) -> u32 {
            self.scope
        }

        fn later(&self, _: Job<AtomicBool>) {}

        fn signal(&self) -> AtomicBool {
            AtomicBool::default()
        }

        async fn wait(&self, signal: &AtomicBool, _: Option<&ProjectId>, _: f64) {
            let is_over = || signal.load(Ordering::Relaxed) || self.is_late.load(Ordering::Relaxed);
            poll_fn(|_| if is_over() { Poll::Ready(()) } else { Poll::Pending }).await;
        }

        fn wake(&self, signal: &AtomicBool) {
            signal.store(true, Ordering::Relaxed);
        }
    }

    type Taking<'t> = Pin<Box<dyn Future<Output = Option<Turn<'t, Fake>>> + 't>>;

    fn host(scope: u32) -> Fake {
        Fake { scope, is_late: AtomicBool::default() }
    }

    /// Arrives at the turn `x`, and is polled once.
    fn arrive<'t>(turns: &'t Turns<AtomicBool>, host: &'t Fake) -> (Taking<'t>, Option<Turn<'t, Fake>>) {
        let mut taking: Taking<'t> = Box::pin(turns.take(host, "x"));
        let turn = poll(&mut taking);
        (taking, turn)
    }

    fn poll<'t>(taking: &mut Taking<'t>) -> Option<Turn<'t, Fake>> {
        match taking.as_mut().poll(&mut Context::from_waker(Waker::noop())) {
            Poll::Ready(turn) => turn,
            Poll::Pending => None,
        }
    }

    #[test]
    fn turns_come_in_the_order_of_arrival() {
        let (turns, host) = (Turns::default(), host(0));
        let (_, first) = arrive(&turns, &host);
        let ((mut second, none), (mut third, nor)) = (arrive(&turns, &host), arrive(&turns, &host));
        assert!(first.is_some() && none.is_none() && nor.is_none());
        drop(first);
        assert!(arrive(&turns, &host).1.is_none(), "one that arrives now does not come first");
        assert!(poll(&mut third).is_none());
        let turn = poll(&mut second);
        assert!(turn.is_some() && poll(&mut third).is_none());
        drop(turn);
        drop(poll(&mut third).unwrap());
        assert!(lock(&turns.0).is_empty());
    }

    #[test]
    fn who_no_longer_waits_is_passed_over() {
        let (turns, host) = (Turns::default(), host(0));
        let (_, first) = arrive(&turns, &host);
        let ((second, _), (third, _)) = (arrive(&turns, &host), arrive(&turns, &host));
        let (mut fourth, _) = arrive(&turns, &host);
        drop(second);
        drop(first);
        // Its turn came, but it does not know that yet.
        drop(third);
        assert!(poll(&mut fourth).is_some());
    }

    #[test]
    fn a_turn_that_does_not_come_in_time_is_not_waited_for() {
        let (turns, host) = (Turns::default(), host(0));
        let (_, first) = arrive(&turns, &host);
        let (mut second, _) = arrive(&turns, &host);
        host.is_late.store(true, Ordering::Relaxed);
        assert!(poll(&mut second).is_none());
        drop(first);
        assert!(lock(&turns.0).is_empty());
    }

    #[test]
    fn scopes_do_not_wait_for_each_other() {
        let (turns, hosts) = (Turns::default(), [host(1), host(2)]);
        let taken = hosts.each_ref().map(|host| arrive(&turns, host).1.is_some());
        assert_eq!(taken, [true, true]);
    }
}
