//! One thing at a time, and none for ever.

use std::cell::{Cell, RefCell};
use std::collections::VecDeque;
use std::future::{Future, poll_fn};
use std::iter;
use std::pin::pin;
use std::rc::{Rc, Weak};
use std::task::{Poll, Waker};
use std::time::Duration;

use futures_util::future::{Either, select};
use worker::{Delay, Result};

/// How long a publication may take.
const PUBLISH: Duration = Duration::from_secs(10);

/// How long a turn is waited for.
const PATIENCE: Duration = Duration::from_secs(12);

/// A turn that one at a time may have. All requests of an object run in one context of the runtime, so whoever gives the
/// turn back can wake the next.
#[derive(Default)]
pub struct Turn {
    is_taken: Cell<bool>,
    /// Those that wait, as long as they do.
    waiting: RefCell<VecDeque<Weak<Waker>>>,
}

/// The turn, until this is dropped.
pub struct Taken<'t>(&'t Turn);

impl Turn {
    /// Waits for the turn; `None` if that takes too long.
    pub async fn take(&self) -> Option<Taken<'_>> {
        let mut place = None;
        let free = poll_fn(|context| {
            if !self.is_taken.replace(true) {
                return Poll::Ready(Taken(self));
            }
            let waker = place.insert(Rc::new(context.waker().clone()));
            self.waiting.borrow_mut().push_back(Rc::downgrade(waker));
            Poll::Pending
        });
        match select(free, Delay::from(PATIENCE)).await {
            Either::Left((taken, _)) => Some(taken),
            Either::Right(_) => None,
        }
    }
}

impl Drop for Taken<'_> {
    fn drop(&mut self) {
        self.0.is_taken.set(false);
        let next =
            iter::from_fn(|| self.0.waiting.borrow_mut().pop_front()).find_map(|place| place.upgrade());
        if let Some(next) = next {
            next.wake_by_ref();
        }
    }
}

/// A publication, given up when it takes too long.
pub async fn within_time(work: impl Future<Output = Result<()>>) -> Result<()> {
    match select(pin!(work), pin!(Delay::from(PUBLISH))).await {
        Either::Left((outcome, _)) => outcome,
        Either::Right(_) => Err("it takes too long".into()),
    }
}
