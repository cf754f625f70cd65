//! The stored record of an issuer's keys, with their times and history.

use std::sync::Arc;

use serde_json::Value;

use crate::document_reader;
use crate::fault::Faults;
use crate::keys::key_set::KeySet;
use crate::token::numeric_date::NumericDate;
use crate::versioned::Versioned;

/// A key set with its times. Stored as `{"jwks": {"keys": […]}, "fetchedAt": seconds, "expiresAt": seconds,
/// "history": [{"kid", "thumbprint", "firstSeen", "lastSeen"}, …]}`.
#[derive(Clone, Debug)]
pub struct KeyRecord {
    keys: Arc<KeySet>,
    fetched: NumericDate,
    expires: NumericDate,
}

impl Versioned for KeyRecord {
    fn is_older_than(&self, other: &Self) -> bool {
        self.fetched < other.fetched
    }
}

impl KeyRecord {
    /// Reads the stored form.
    pub fn parse(stored: &Value) -> Result<Self, Faults> {
        document_reader::read_stored(stored, |node| {
            node.properties(|record| {
                let time = |name| {
                    record.required(name, "seconds since 1970")?.number().map(NumericDate::from_seconds)
                };
                let (fetched, expires) = (time("fetchedAt"), time("expiresAt"));
                let _for_people = record.optional("history");
                let jwks = record.required("jwks", "a key set")?;
                let keys = KeySet::parse(jwks.value()).map_err(|error| jwks.fault(error)).ok()?;
                Some(Self { keys: Arc::new(keys), fetched: fetched?, expires: expires? })
            })
        })
    }

    /// The keys.
    pub fn keys(&self) -> &Arc<KeySet> {
        &self.keys
    }

    /// When they were fetched.
    pub fn fetched(&self) -> NumericDate {
        self.fetched
    }

    /// When they should be refreshed at the latest.
    pub fn expires(&self) -> NumericDate {
        self.expires
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::json;

    #[test]
    fn malformed_records_are_rejected() {
        for bad in [json!({}), json!({"jwks": {}, "fetchedAt": 1, "expiresAt": 2}), json!([])] {
            assert!(KeyRecord::parse(&bad).is_err());
        }
    }
}
