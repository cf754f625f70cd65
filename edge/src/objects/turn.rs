//! One thing at a time, and none for ever.

use std::cell::Cell;
use std::future::Future;
use std::pin::pin;
use std::time::Duration;

use futures_util::future::{Either, select};
use worker::{Delay, Result};

/// How long a publication may take.
const PUBLISH: Duration = Duration::from_secs(10);

/// How often, every 10 milliseconds, somebody looks whether it is their turn.
const LOOKS: u32 = 1200;

/// A turn that one at a time may have.
#[derive(Default)]
pub struct Turn(Cell<bool>);

/// The turn, until this is dropped.
pub struct Taken<'t>(&'t Turn);

impl Turn {
    /// Waits for the turn; `None` if that takes too long.
    pub async fn take(&self) -> Option<Taken<'_>> {
        for _ in 0..LOOKS {
            if !self.0.replace(true) {
                return Some(Taken(self));
            }
            Delay::from(Duration::from_millis(10)).await;
        }
        None
    }
}

impl Drop for Taken<'_> {
    fn drop(&mut self) {
        self.0.0.set(false);
    }
}

/// A publication, given up when it takes too long.
pub async fn within_time(work: impl Future<Output = Result<()>>) -> Result<()> {
    match select(pin!(work), pin!(Delay::from(PUBLISH))).await {
        Either::Left((outcome, _)) => outcome,
        Either::Right(_) => Err("it takes too long".into()),
    }
}
