//! Keys as they were just fetched, and how they are stored.

use std::sync::Arc;

use serde_json::{Value, json};

use crate::keys::jwk::Jwk;
use crate::keys::key_set::{InvalidKeySet, KeySet};
use crate::keys::stored_jwk::public_part;
use crate::token::numeric_date::NumericDate;

/// The most keys whose history is kept.
const MAX_HISTORY: usize = 200;

/// The longest history, in bytes of JSON. With the keys of one response, a record stays far below the budget of a cache.
const MAX_HISTORY_BYTES: usize = 64 * 1024;

/// Keys as they were just fetched.
#[derive(Clone, Debug)]
pub struct FetchedKeys {
    jwks: Value,
    keys: KeySet,
}

impl FetchedKeys {
    /// Reads a JWK set.
    pub fn new(jwks: Value) -> Result<Self, InvalidKeySet> {
        Ok(Self { keys: KeySet::parse(&jwks)?, jwks })
    }

    /// The keys.
    pub fn keys(&self) -> &KeySet {
        &self.keys
    }

    /// The stored form of keys that were fetched at `now` with a lifetime in seconds, replacing `former`. Private members, which no
    /// issuer should publish, are left out.
    pub fn stored(&self, now: NumericDate, lifetime: f64, former: Option<&Value>) -> Value {
        let keys: Vec<_> =
            self.jwks.get("keys").and_then(Value::as_array).into_iter().flatten().map(public_part).collect();
        let history = self.history(former.and_then(|former| former.get("history")), now);
        json!({ "jwks": { "keys": keys }, "fetchedAt": now, "expiresAt": now.plus(lifetime), "history": history })
    }

    /// The keys with the times when they were first and last seen; current ones first, then former ones.
    fn history(&self, former: Option<&Value>, now: NumericDate) -> Vec<Value> {
        let former = former.and_then(Value::as_array).map(Vec::as_slice).unwrap_or_default();
        let mut history = Vec::new();
        for key in self.keys.keys() {
            let thumbprint = key.thumbprint_text();
            let is_it = |seen: &&Value| is_seen(seen, key.id(), thumbprint);
            let first =
                former.iter().find(is_it).and_then(|seen| seen.get("firstSeen")).and_then(Value::as_f64);
            let first = first.map_or(now, NumericDate::from_seconds);
            history.push(
                json!({ "kid": key.id(), "thumbprint": thumbprint, "firstSeen": first, "lastSeen": now }),
            );
        }
        let is_gone = |seen: &&Value| {
            !self.keys.keys().iter().any(|key| is_seen(seen, key.id(), key.thumbprint_text()))
        };
        history.extend(former.iter().filter(is_gone).cloned());
        history.truncate(MAX_HISTORY);
        let mut room = MAX_HISTORY_BYTES;
        history.retain(|seen| {
            let rest = room.checked_sub(seen.to_string().len() + 1);
            room = rest.unwrap_or(room);
            rest.is_some()
        });
        history
    }

    /// The key ids that have other key material than in `former`.
    pub fn changed(&self, former: &Value) -> Vec<&str> {
        let former = former.get("history").and_then(Value::as_array).map(Vec::as_slice).unwrap_or_default();
        let is_changed = |key: &&Arc<Jwk>| {
            let has_kid =
                |seen: &&Value| key.id().is_some() && seen.get("kid").and_then(Value::as_str) == key.id();
            let mut seen = former.iter().filter(has_kid).peekable();
            seen.peek().is_some() && !seen.any(|seen| is_seen(seen, key.id(), key.thumbprint_text()))
        };
        self.keys.keys().iter().filter(is_changed).filter_map(|key| key.id()).collect()
    }
}

fn is_seen(seen: &Value, kid: Option<&str>, thumbprint: &str) -> bool {
    let is = |name, text| seen.get(name).and_then(Value::as_str) == text;
    is("thumbprint", Some(thumbprint)) && is("kid", kid)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::keys::key_record::KeyRecord;

    fn key(kid: &str, fill: char) -> Value {
        json!({"kty": "OKP", "crv": "Ed25519", "kid": kid, "x": fill.to_string().repeat(43), "d": "secret"})
    }

    fn published(keys: &[Value]) -> FetchedKeys {
        FetchedKeys::new(json!({ "keys": keys })).unwrap()
    }

    fn at(seconds: f64) -> NumericDate {
        NumericDate::from_seconds(seconds)
    }

    #[test]
    fn stored_record_omits_private_members_and_parses() {
        let stored = published(&[key("k", 'A'), json!(7)]).stored(at(10.0), 3600.0, None);
        assert!(!stored.to_string().contains("secret"));
        let read = KeyRecord::parse(&stored).unwrap();
        assert_eq!(read.keys().keys()[0].id(), Some("k"));
        assert_eq!((read.fetched(), read.expires()), (at(10.0), at(3610.0)));
    }

    #[test]
    fn history_has_first_and_last_seen_times() {
        let first = published(&[key("a", 'A'), key("b", 'E')]).stored(at(10.0), 60.0, None);
        let second = published(&[key("b", 'E'), key("c", 'I')]).stored(at(20.0), 60.0, Some(&first));
        let told: Vec<_> = second["history"]
            .as_array()
            .unwrap()
            .iter()
            .map(|seen| {
                (
                    seen["kid"].as_str().unwrap(),
                    seen["firstSeen"].as_f64().unwrap(),
                    seen["lastSeen"].as_f64().unwrap(),
                )
            })
            .collect();
        assert_eq!(told, [("b", 10.0, 20.0), ("c", 20.0, 20.0), ("a", 10.0, 10.0)]);
    }

    #[test]
    fn record_size_is_bounded() {
        // Each of them is written six times as long.
        let long = "\u{1}".repeat(256);
        let mut record = None;
        for round in 0..50_u32 {
            let kid = |index| format!("{round}-{index}-{long}").chars().take(256).collect::<String>();
            let keys: Vec<_> = (0..100).map(|index| key(&kid(index), 'A')).collect();
            record = Some(published(&keys).stored(at(f64::from(round)), 60.0, record.as_ref()));
        }
        let record = record.unwrap();
        let history = record["history"].to_string().len();
        assert!((MAX_HISTORY_BYTES / 2..MAX_HISTORY_BYTES + 2).contains(&history), "{history}");
        assert!(record.to_string().len() < 512 * 1024);
    }

    #[test]
    fn oversized_record_shrinks_at_the_next_refresh() {
        let long = "k".repeat(200_000);
        let seen = |kid: &str| json!({"kid": kid, "thumbprint": "t", "firstSeen": 1.0, "lastSeen": 1.0});
        let history: Vec<_> = (0..10).map(|_| seen(&long)).chain([seen("short")]).collect();
        let former = json!({"jwks": {"keys": [key(&long, 'A')]}, "fetchedAt": 1.0, "expiresAt": 2.0, "history": history});
        assert!(former.to_string().len() > 2_000_000);
        let stored = published(&[key("a", 'A'), key(&long, 'E')]).stored(at(10.0), 60.0, Some(&former));
        assert!(stored.to_string().len() < 2000);
        let ids: Vec<_> =
            stored["history"].as_array().unwrap().iter().map(|seen| seen["kid"].as_str().unwrap()).collect();
        assert_eq!(ids, ["a", "short"]);
        assert_eq!(KeyRecord::parse(&stored).unwrap().keys().unusable().len(), 1);
    }

    #[test]
    fn changed_key_material_under_a_kid_is_reported() {
        let first = published(&[key("a", 'A'), key("b", 'E')]).stored(at(10.0), 60.0, None);
        assert_eq!(published(&[key("a", 'I'), key("b", 'E'), key("c", 'A')]).changed(&first), ["a"]);
    }
}
