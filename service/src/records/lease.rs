//! The right to publish a record.

use edge_authorizer::NumericDate;
use serde::{Deserialize, Serialize};

/// For how long the right lasts, in seconds: longer than a write to a replica may take.
const SECONDS: f64 = 15.0;

/// The right of one process to publish a record. It is claimed by a commit before each write, so no two processes write at
/// a time, and an older value never replaces a newer one.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Lease {
    holder: String,
    until: NumericDate,
}

impl Lease {
    /// The right of `holder` from now on.
    pub fn new(holder: &str, now: NumericDate) -> Self {
        Self { holder: holder.to_owned(), until: now.plus(SECONDS) }
    }

    /// Whether it keeps `holder` from publishing.
    pub fn excludes(&self, holder: &str, now: NumericDate) -> bool {
        self.holder != holder && now < self.until
    }
}
