//! What is said once in a while, however often it happens.

use std::cell::Cell;
use std::time::Duration;

use tokio::time::Instant;

/// How often it is said at most.
const PAUSE: Duration = Duration::from_mins(1);

/// When it was said.
#[derive(Debug, Default)]
pub struct Paced(Cell<Option<Instant>>);

impl Paced {
    /// Whether it is to be said now; then it is not for a while.
    pub fn is_due(&self) -> bool {
        let now = Instant::now();
        let is_due = self.0.get().is_none_or(|said| now.duration_since(said) >= PAUSE);
        if is_due {
            self.0.set(Some(now));
        }
        is_due
    }
}
