//! One after another, within a process.

use std::collections::BTreeMap;
use std::sync::{Arc, Mutex};

use crate::host::{Clock, Tasks};
use crate::lock::lock;

/// How long a turn is waited for, in seconds.
const PATIENCE: f64 = 12.0;

/// Turns by name. Nothing depends on them for its correctness, which commits at an expected revision see to; they keep
/// requests of a process from fetching or publishing the same thing at the same time, and let them learn what came of it.
pub struct Turns<S>(Mutex<BTreeMap<String, Arc<S>>>);

impl<S> Default for Turns<S> {
    fn default() -> Self {
        Self(Mutex::default())
    }
}

/// A turn, until this is dropped.
pub struct Turn<'t, H: Tasks> {
    turns: &'t Turns<H::Signal>,
    host: &'t H,
    name: String,
}

impl<S> Turns<S> {
    /// Waits for the turn of that name; `None` if that takes too long.
    pub async fn take<'t, H>(&'t self, host: &'t H, name: &str) -> Option<Turn<'t, H>>
    where
        H: Tasks<Signal = S> + Clock,
    {
        let end = host.now().plus(PATIENCE);
        loop {
            let Some(signal) = self.taken(host, name) else {
                return Some(Turn { turns: self, host, name: name.to_owned() });
            };
            let left = end.as_seconds() - host.now().as_seconds();
            if left <= 0.0 {
                return None;
            }
            host.wait(&signal, None, left).await;
        }
    }

    /// Takes the turn, or gives the signal of its end.
    fn taken(&self, host: &impl Tasks<Signal = S>, name: &str) -> Option<Arc<S>> {
        let mut taken = lock(&self.0);
        let signal = taken.get(name).cloned();
        if signal.is_none() {
            taken.insert(name.to_owned(), Arc::new(host.signal()));
        }
        signal
    }
}

impl<H: Tasks> Drop for Turn<'_, H> {
    fn drop(&mut self) {
        let ended = lock(&self.turns.0).remove(&self.name);
        if let Some(signal) = ended {
            self.host.wake(&signal);
        }
    }
}
