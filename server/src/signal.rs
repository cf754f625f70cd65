//! Signals, for which requests wait. They may be given on another thread.

use std::time::Duration;

use tokio::sync::Semaphore;
use tokio::time::timeout;

/// Something that is given once: a semaphore without permits, which is closed when it is given.
#[derive(Debug)]
pub struct Signal(Semaphore);

impl Default for Signal {
    fn default() -> Self {
        Self(Semaphore::new(0))
    }
}

impl Signal {
    /// Gives it to all that wait for it or will.
    pub fn give(&self) {
        self.0.close();
    }

    /// Waits until it is given, for `seconds` at most.
    pub async fn wait(&self, seconds: f64) {
        let limit = Duration::try_from_secs_f64(seconds).unwrap_or_default();
        let _in_time_or_not = timeout(limit, self.0.acquire()).await;
    }
}
