//! The time of this machine.

use std::time::{SystemTime, UNIX_EPOCH};

use edge_authorizer::NumericDate;

/// The time now.
#[expect(clippy::disallowed_methods, reason = "the service asks its host for the time")]
pub fn now() -> NumericDate {
    let since = SystemTime::now().duration_since(UNIX_EPOCH).unwrap_or_default();
    // Milliseconds, as every host has them: what is stored and compared has no finer ones.
    NumericDate::from_seconds((since.as_secs_f64() * 1000.0).floor() / 1000.0)
}
