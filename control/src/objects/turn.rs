//! One thing at a time, and none for ever.

use std::pin::pin;
use std::time::Duration;

use edge_authorizer::fifo_lock::{FifoLock, Held};
use futures_util::future::{Either, select};
use worker::{Delay, Result};

/// How long a publication may take.
const PUBLISH: Duration = Duration::from_secs(10);

/// How long a turn is waited for.
const PATIENCE: Duration = Duration::from_secs(12);

/// A turn that one at a time may have, in the order in which they came. All requests of an object run in one context of the
/// runtime, so whoever gives the turn back can wake the next.
#[derive(Default)]
pub struct Turn(FifoLock);

/// The turn, until this is dropped.
pub type Taken<'t> = Held<'t>;

impl Turn {
    /// Waits for the turn; `None` if that takes too long.
    pub async fn take(&self) -> Option<Taken<'_>> {
        match select(self.0.acquire(), Delay::from(PATIENCE)).await {
            Either::Left((taken, _)) => Some(taken),
            Either::Right(_) => None,
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
