//! A lock that is handed over in the order of arrival.
//!
//! It needs no thread and no clock: all its users run in one context, and who stops waiting drops the future.

use std::cell::{Cell, RefCell};
use std::collections::VecDeque;
use std::iter;
use std::pin::Pin;
use std::rc::{Rc, Weak};
use std::task::{Context, Poll, Waker};

/// A lock that one at a time holds.
#[derive(Debug, Default)]
pub struct FifoLock {
    is_held: Cell<bool>,
    /// Those that wait, as long as they do.
    waiting: RefCell<VecDeque<Weak<Waiter>>>,
}

#[derive(Debug)]
struct Waiter {
    waker: RefCell<Waker>,
    /// Whether the lock is this one's, which does not know it yet.
    is_granted: Cell<bool>,
}

/// The lock, held until this is dropped.
#[derive(Debug)]
pub struct Held<'l>(&'l FifoLock);

/// Comes to [`Held`] when the lock is free and everybody who came before has had it.
#[derive(Debug)]
pub struct Acquire<'l> {
    lock: &'l FifoLock,
    waiter: Option<Rc<Waiter>>,
}

impl FifoLock {
    /// Waits for the lock.
    pub fn acquire(&self) -> Acquire<'_> {
        Acquire { lock: self, waiter: None }
    }

    /// Hands the lock over to the next that waits. It stays held meanwhile, so that no newcomer comes first.
    fn pass_on(&self) {
        let mut waiting = iter::from_fn(|| self.waiting.borrow_mut().pop_front());
        match waiting.find_map(|waiter| waiter.upgrade()) {
            Some(next) => {
                next.is_granted.set(true);
                next.waker.borrow().wake_by_ref();
            }
            None => self.is_held.set(false),
        }
    }
}

impl<'l> Future for Acquire<'l> {
    type Output = Held<'l>;

    fn poll(mut self: Pin<&mut Self>, context: &mut Context<'_>) -> Poll<Held<'l>> {
        let lock = self.lock;
        match &self.waiter {
            None if !lock.is_held.replace(true) => return Poll::Ready(Held(lock)),
            None => {
                let waker = RefCell::new(context.waker().clone());
                let waiter = Rc::new(Waiter { waker, is_granted: Cell::new(false) });
                lock.waiting.borrow_mut().push_back(Rc::downgrade(&waiter));
                self.waiter = Some(waiter);
            }
            Some(waiter) if waiter.is_granted.replace(false) => return Poll::Ready(Held(lock)),
            Some(waiter) => waiter.waker.borrow_mut().clone_from(context.waker()),
        }
        Poll::Pending
    }
}

impl Drop for Acquire<'_> {
    fn drop(&mut self) {
        if self.waiter.as_ref().is_some_and(|waiter| waiter.is_granted.get()) {
            self.lock.pass_on();
        }
    }
}

impl Drop for Held<'_> {
    fn drop(&mut self) {
        self.0.pass_on();
    }
}

#[cfg(test)]
mod tests {
    use std::sync::Arc;
    use std::sync::atomic::{AtomicBool, Ordering};
    use std::task::Wake;

    use super::*;

    #[derive(Default)]
    struct Flag(AtomicBool);

    impl Wake for Flag {
        fn wake(self: Arc<Self>) {
            self.0.store(true, Ordering::Relaxed);
        }
    }

    /// Somebody who waits for the lock, and whether they were woken.
    struct Client<'l> {
        acquire: Acquire<'l>,
        woken: Arc<Flag>,
    }

    impl<'l> Client<'l> {
        /// One that has come and waits.
        fn waiting(lock: &'l FifoLock) -> Self {
            let mut client = Self { acquire: lock.acquire(), woken: Arc::default() };
            assert!(client.poll().is_none());
            client
        }

        fn poll(&mut self) -> Option<Held<'l>> {
            let waker = Waker::from(self.woken.clone());
            match Pin::new(&mut self.acquire).poll(&mut Context::from_waker(&waker)) {
                Poll::Ready(held) => Some(held),
                Poll::Pending => None,
            }
        }

        fn is_woken(&self) -> bool {
            self.woken.0.load(Ordering::Relaxed)
        }
    }

    fn take(lock: &FifoLock) -> Option<Held<'_>> {
        match Pin::new(&mut lock.acquire()).poll(&mut Context::from_waker(Waker::noop())) {
            Poll::Ready(held) => Some(held),
            Poll::Pending => None,
        }
    }

    #[test]
    fn one_at_a_time_holds_it() {
        let lock = FifoLock::default();
        let held = take(&lock).unwrap();
        assert!(take(&lock).is_none());
        drop(held);
        assert!(take(&lock).is_some());
    }

    #[test]
    fn a_newcomer_does_not_overtake_a_waiter_that_is_woken() {
        let lock = FifoLock::default();
        let held = take(&lock).unwrap();
        let [mut first, mut second] = [Client::waiting(&lock), Client::waiting(&lock)];
        drop(held);
        assert!(first.is_woken() && !second.is_woken());
        assert!(take(&lock).is_none());
        let held = first.poll().unwrap();
        assert!(second.poll().is_none());
        drop(held);
        assert!(second.is_woken());
        assert!(second.poll().is_some());
        drop((first, second));
        assert!(take(&lock).is_some());
    }

    #[test]
    fn a_waiter_that_gives_up_is_passed_over() {
        let lock = FifoLock::default();
        let held = take(&lock).unwrap();
        let [first, mut second] = [Client::waiting(&lock), Client::waiting(&lock)];
        drop(first);
        drop(held);
        assert!(second.poll().is_some());
    }

    #[test]
    fn a_waiter_that_gives_up_once_it_is_woken_wakes_the_next() {
        let lock = FifoLock::default();
        let held = take(&lock).unwrap();
        let [first, mut second] = [Client::waiting(&lock), Client::waiting(&lock)];
        drop(held);
        drop(first);
        assert!(second.is_woken());
        assert!(second.poll().is_some());
        assert!(take(&lock).is_some());
    }
}
