//! The time of this machine, or what a test sets it to.

use std::sync::atomic::{AtomicI64, Ordering};
use std::time::{Duration, SystemTime, UNIX_EPOCH};

use edge_authorizer::NumericDate;

/// How far ahead of the machine's clock the time is, in milliseconds.
static AHEAD: AtomicI64 = AtomicI64::new(0);

/// Where it stands still, in milliseconds since 1970; 0: it does not.
static STOPPED_AT: AtomicI64 = AtomicI64::new(0);

/// The time now. It has milliseconds, as every host has them: what is stored and compared has no finer ones.
pub fn now() -> NumericDate {
    let stopped_at = STOPPED_AT.load(Ordering::Relaxed);
    let milliseconds = if stopped_at == 0 { machine() + AHEAD.load(Ordering::Relaxed) } else { stopped_at };
    let since = Duration::from_millis(milliseconds.try_into().unwrap_or_default());
    NumericDate::from_seconds(since.as_secs_f64())
}

/// Sets the time, in milliseconds since 1970, from where it goes on unless it stands still there: for tests, of the whole process.
pub fn set(milliseconds: i64, stands_still: bool) {
    AHEAD.store(milliseconds - machine(), Ordering::Relaxed);
    STOPPED_AT.store(if stands_still { milliseconds } else { 0 }, Ordering::Relaxed);
}

#[expect(clippy::disallowed_methods, reason = "the service asks its host for the time")]
fn machine() -> i64 {
    let since = SystemTime::now().duration_since(UNIX_EPOCH).unwrap_or_default();
    since.as_millis().try_into().unwrap_or(i64::MAX)
}
