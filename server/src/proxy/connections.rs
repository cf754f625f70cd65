//! How many connections a thread serves.

use std::cell::Cell;
use std::rc::Rc;

use tokio::sync::Notify;

/// The most connections of a thread. Further ones wait to be accepted.
pub const MAX_CONNECTIONS: usize = 8192;

/// The connections of a thread.
#[derive(Clone, Debug)]
pub struct Connections(Rc<Count>);

#[derive(Debug)]
struct Count {
    most: usize,
    open: Cell<usize>,
    /// Given whenever one ends.
    ended: Notify,
}

/// A connection's place, until this is dropped.
#[derive(Debug)]
pub struct Place(Rc<Count>);

impl Connections {
    /// None yet, and so many at most.
    pub fn new(most: usize) -> Self {
        Self(Rc::new(Count { most, open: Cell::default(), ended: Notify::new() }))
    }

    /// How many there are.
    pub fn count(&self) -> usize {
        self.0.open.get()
    }

    /// Whether there is room for one more.
    pub fn has_room(&self) -> bool {
        self.0.open.get() < self.0.most
    }

    /// The place of a new connection.
    pub fn take_place(&self) -> Place {
        self.0.open.set(self.0.open.get() + 1);
        Place(self.0.clone())
    }

    /// Waits until all have ended.
    pub async fn ended(&self) {
        while self.0.open.get() > 0 {
            self.0.ended.notified().await;
        }
    }
}

impl Drop for Place {
    fn drop(&mut self) {
        self.0.open.set(self.0.open.get().saturating_sub(1));
        self.0.ended.notify_one();
    }
}
