//! Points in time, as tokens write them.

use std::time::Duration;

use serde::{Deserialize, Serialize};

/// Seconds since 1970-01-01T00:00:00Z with their fraction: the `NumericDate` of RFC 7519 (section 2).
#[derive(Clone, Copy, Debug, PartialEq, PartialOrd, Serialize, Deserialize)]
pub struct NumericDate(f64);

impl NumericDate {
    /// A point in time, in seconds since the epoch.
    pub const fn from_seconds(seconds: f64) -> Self {
        Self(seconds)
    }

    /// Seconds since the epoch.
    pub const fn as_seconds(self) -> f64 {
        self.0
    }

    /// Whole seconds since the epoch, rounded down.
    pub fn whole_seconds(self) -> u64 {
        Duration::try_from_secs_f64(self.0).map_or(0, |since| since.as_secs())
    }

    /// The point `seconds` later.
    pub fn plus(self, seconds: f64) -> Self {
        Self(self.0 + seconds)
    }
}
