//! Values that the requests of a process share.

use std::sync::{Mutex, MutexGuard, PoisonError};

/// The value behind a mutex, for a moment: no guard lives across an `await`. A panic of another thread does not spoil it,
/// because each holder leaves the value whole.
pub fn lock<T>(mutex: &Mutex<T>) -> MutexGuard<'_, T> {
    mutex.lock().unwrap_or_else(PoisonError::into_inner)
}
