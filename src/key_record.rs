//! An issuer's keys as they are kept: with the time they were fetched and the time they serve.

use std::sync::Arc;

use serde_json::{Value, json};

use crate::cache::Versioned;
use crate::document::{self, Faults};
use crate::key::public_part;
use crate::key_set::KeySet;
use crate::time::Time;

/// How long fetched keys serve, in seconds.
const LIFE: f64 = 3600.0;

/// A key set with its times. Stored as `{"jwks": {"keys": […]}, "fetchedAt": seconds, "expiresAt": seconds}`.
#[derive(Clone, Debug)]
pub struct KeyRecord {
    keys: Arc<KeySet>,
    fetched: Time,
    expires: Time,
}

impl Versioned for KeyRecord {
    fn is_older_than(&self, other: &Self) -> bool {
        self.fetched < other.fetched
    }
}

impl KeyRecord {
    /// A key set that was fetched at `now`; `None` if `jwks` is none.
    pub fn new(jwks: &Value, now: Time) -> Option<Self> {
        let keys = Arc::new(KeySet::parse(jwks).ok()?);
        Some(Self { keys, fetched: now, expires: now.plus(LIFE) })
    }

    /// Reads the stored form.
    pub fn parse(stored: &Value) -> Result<Self, Faults> {
        document::read(stored, |node| {
            node.properties(|record| {
                let time =
                    |name| record.required(name, "seconds since 1970")?.number().map(Time::from_seconds);
                let (fetched, expires) = (time("fetchedAt"), time("expiresAt"));
                let jwks = record.required("jwks", "a key set")?;
                let keys = KeySet::parse(jwks.value()).map_err(|error| jwks.fault(error)).ok()?;
                Some(Self { keys: Arc::new(keys), fetched: fetched?, expires: expires? })
            })
        })
    }

    /// The stored form, `jwks` being what the issuer published.
    pub fn stored(&self, jwks: &Value) -> String {
        let keys: Vec<_> =
            jwks.get("keys").and_then(Value::as_array).into_iter().flatten().map(public_part).collect();
        json!({ "jwks": { "keys": keys }, "fetchedAt": self.fetched, "expiresAt": self.expires }).to_string()
    }

    /// The keys.
    pub fn keys(&self) -> &Arc<KeySet> {
        &self.keys
    }

    /// Until when the keys serve without being fetched again.
    pub fn expires(&self) -> Time {
        self.expires
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn is_stored_without_private_members_and_read_again() {
        let key = json!({"kty": "OKP", "crv": "Ed25519", "kid": "k", "x": "A".repeat(43), "d": "secret"});
        let jwks = json!({ "keys": [key, 7] });
        let stored = KeyRecord::new(&jwks, Time::from_seconds(10.0)).unwrap().stored(&jwks);
        assert!(!stored.contains("secret"));
        let read = KeyRecord::parse(&serde_json::from_str(&stored).unwrap()).unwrap();
        assert_eq!(read.keys().keys()[0].id(), Some("k"));
        assert_eq!(read.expires(), Time::from_seconds(3610.0));
    }

    #[test]
    fn what_is_no_record_is_refused() {
        for bad in [json!({}), json!({"jwks": {}, "fetchedAt": 1, "expiresAt": 2}), json!([])] {
            assert!(KeyRecord::parse(&bad).is_err());
        }
    }
}
