//! An issuer's keys as they are kept: with the time they were fetched and the time they serve.

use std::sync::Arc;

use serde_json::{Map, Value, json};

use crate::document::{self, Faults};
use crate::key_set::KeySet;
use crate::time::Time;

/// How long fetched keys serve, in seconds.
const LIFE: f64 = 3600.0;

/// The public members of a key: what is kept of it. Private ones, which no issuer should publish, are not.
const PUBLIC_MEMBERS: [&str; 10] = ["kty", "kid", "use", "alg", "key_ops", "crv", "x", "y", "n", "e"];

/// A key set with its times. Stored as `{"jwks": {"keys": […]}, "fetchedAt": seconds, "expiresAt": seconds}`.
#[derive(Clone, Debug)]
pub struct KeyRecord {
    document: Value,
    keys: Arc<KeySet>,
    fetched: Time,
    expires: Time,
}

impl KeyRecord {
    /// A key set that was fetched at `now`; `None` if `jwks` is none.
    pub fn new(jwks: &Value, now: Time) -> Option<Self> {
        let keys = KeySet::parse(jwks).ok()?;
        let public: Vec<_> = jwks.get("keys")?.as_array()?.iter().filter_map(public_part).collect();
        Some(Self {
            document: json!({ "keys": public }),
            keys: Arc::new(keys),
            fetched: now,
            expires: now.plus(LIFE),
        })
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
                Some(Self {
                    document: jwks.value().clone(),
                    keys: Arc::new(keys),
                    fetched: fetched?,
                    expires: expires?,
                })
            })
        })
    }

    /// The stored form.
    pub fn to_json(&self) -> String {
        let Self { document, fetched, expires, .. } = self;
        json!({ "jwks": document, "fetchedAt": fetched, "expiresAt": expires }).to_string()
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

fn public_part(key: &Value) -> Option<Value> {
    let members = key.as_object()?.iter().filter(|(name, _)| PUBLIC_MEMBERS.contains(&name.as_str()));
    Some(Value::Object(members.map(|(name, value)| (name.clone(), value.clone())).collect::<Map<_, _>>()))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn is_stored_without_private_members_and_read_again() {
        let key = json!({"kty": "OKP", "crv": "Ed25519", "kid": "k", "x": "A".repeat(43), "d": "secret"});
        let record = KeyRecord::new(&json!({ "keys": [key] }), Time::from_seconds(10.0)).unwrap();
        let stored = record.to_json();
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
