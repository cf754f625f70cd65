//! Ids that are accepted once.

use serde::{Deserialize, Serialize};

use crate::directory::{Entry, added};
use crate::host::{Failure, Kind, RowChange};

/// An id that was used: a login, or a logout token.
#[derive(Clone, Debug, Serialize, Deserialize)]
pub struct Spent {
    /// Until when it is remembered, in seconds since 1970.
    until: f64,
}

impl Spent {
    /// The change that uses an id. It conflicts if that was done before.
    pub fn once(id: &str, until: f64) -> RowChange {
        added(id, &Self { until })
    }
}

impl Entry for Spent {
    const KIND: Kind = Kind::Spent;

    fn read(text: &str) -> Result<Self, Failure> {
        serde_json::from_slice(text.as_bytes()).map_err(Failure::new)
    }

    fn write(&self) -> String {
        serde_json::to_string(self).unwrap_or_default()
    }

    fn expires_at(&self) -> Option<f64> {
        Some(self.until)
    }
}
