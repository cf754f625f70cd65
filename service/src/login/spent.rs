//! Ids that are accepted once.

use serde::{Deserialize, Serialize};

use crate::directory::{Entry, added};
use crate::host::{Kind, RowChange};

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

    fn expires_at(&self) -> Option<f64> {
        Some(self.until)
    }
}
