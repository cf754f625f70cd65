//! An issuer's keys as project owners see them.

use serde_json::{Value, json};

use crate::config::blocked_key::BlockedKey;
use crate::issuer::Issuer;
use crate::keys::key_set::KeySet;
use crate::keys::refresh_schedule::RefreshSchedule;
use crate::nearest::nearest;
use crate::shown_times::add_times;
use crate::token::numeric_date::NumericDate;

/// An issuer's keys as one project may see them. History from before the project named the issuer is hidden: it would reveal that
/// another project does.
#[derive(Clone, Copy, Debug)]
pub struct IssuerKeys<'k> {
    /// The issuer.
    pub issuer: &'k Issuer,
    /// The last good keys, as they are stored.
    pub record: Option<&'k Value>,
    /// When they were and will be fetched.
    pub schedule: &'k RefreshSchedule,
    /// Since when the project names the issuer.
    pub since: NumericDate,
}

impl IssuerKeys<'_> {
    /// `{"keys", "formerKeys", "fetchedAt", "expiresAt", "nextRefresh", "lastError"}`: each key with whether it is usable
    /// or why not, since when it is there, and whether the project distrusts it; then the blocked ones that the issuer does
    /// not publish now. Times are seconds since 1970; beside each is the same in RFC 3339.
    pub fn describe(&self, blocked: &[BlockedKey]) -> Value {
        let mut keys = list_keys(self.record);
        let mut absent: Vec<_> = blocked.iter().filter(|key| key.iss == self.issuer.as_str()).collect();
        for key in &mut keys {
            let Some(key) = key.as_object_mut() else { continue };
            let text = |name| key.get(name).and_then(Value::as_str);
            let thumbprint = text("thumbprint").unwrap_or_default();
            let is_blocked = blocked.iter().any(|other| other.is(self.issuer, text("kid"), thumbprint));
            absent.retain(|other| !other.is(self.issuer, text("kid"), thumbprint));
            if let Some(seen) = self.history().find(|seen| is_same(seen, text("kid"), thumbprint)) {
                let mut seen = self.clamped(seen);
                for name in ["firstSeen", "lastSeen"] {
                    key.insert(name.to_owned(), seen.get_mut(name).map(Value::take).into());
                }
            }
            key.insert("distrusted".to_owned(), is_blocked.into());
            key.insert("published".to_owned(), true.into());
            if is_blocked && key.get("usable") == Some(&Value::Bool(true)) {
                key.insert("usable".to_owned(), false.into());
                key.insert("reason".to_owned(), BLOCKED.into());
            }
        }
        keys.extend(absent.into_iter().map(absent_key));
        let stored = |name| self.record.and_then(|record| time(record, name));
        let fetched = stored("fetchedAt");
        // An earlier fetch was made for another project; it must look like one of that moment.
        let delay = fetched.map_or(0.0, |fetched| self.since.as_seconds() - fetched.as_seconds()).max(0.0);
        let delayed = |time: Option<NumericDate>| time.map(|time| time.plus(delay));
        let is_former = |seen: &&Value| self.is_shown(seen) && !self.is_current(seen);
        let error = self.schedule.error.as_ref();
        let error = error.map(
            |reason| json!({ "at": self.schedule.attempted.map(|at| self.clamp(at)), "reason": reason }),
        );
        let mut description = json!({
            "keys": keys,
            "formerKeys": self.history().filter(is_former).map(|seen| self.clamped(seen)).collect::<Vec<_>>(),
            "fetchedAt": delayed(fetched),
            "expiresAt": delayed(stored("expiresAt")),
            "nextRefresh": delayed(self.schedule.due),
            "lastError": error,
        });
        add_times(&mut description);
        description
    }

    /// The thumbprint of the current or former key with that `kid` or thumbprint.
    pub fn thumbprint(&self, kid: &str) -> Option<String> {
        let is_it = |seen: &&Value| {
            let is = |name| seen.get(name).and_then(Value::as_str) == Some(kid);
            is("kid") || is("thumbprint")
        };
        let seen = self.history().find(|seen| is_it(seen) && self.is_shown(seen))?;
        seen.get("thumbprint").and_then(Value::as_str).map(str::to_owned)
    }

    /// Whether a key is current, or was after the project named the issuer.
    fn is_shown(&self, seen: &Value) -> bool {
        self.is_current(seen) || time(seen, "lastSeen").is_some_and(|last| last >= self.since)
    }

    fn is_current(&self, seen: &Value) -> bool {
        seen.get("lastSeen") == self.record.and_then(|record| record.get("fetchedAt"))
    }

    fn history(&self) -> impl Iterator<Item = &Value> {
        let history = self.record.and_then(|record| record.get("history")).and_then(Value::as_array);
        history.into_iter().flatten()
    }

    /// What is stored of a key's history, its times clamped.
    fn clamped(&self, seen: &Value) -> Value {
        let mut clamped = seen.clone();
        for name in ["firstSeen", "lastSeen"] {
            if let (Some(time), Some(member)) = (time(seen, name), clamped.get_mut(name)) {
                *member = json!(self.clamp(time));
            }
        }
        clamped
    }

    fn clamp(&self, time: NumericDate) -> NumericDate {
        if time < self.since { self.since } else { time }
    }
}

fn time(value: &Value, name: &str) -> Option<NumericDate> {
    value.get(name).and_then(Value::as_f64).map(NumericDate::from_seconds)
}

/// Why a blocked key is not usable.
const BLOCKED: &str = "blocked";

/// A blocked key that the issuer does not publish now.
fn absent_key(BlockedKey { kid, thumbprint, .. }: &BlockedKey) -> Value {
    let mut key = json!({
        "kid": kid, "usable": false, "reason": BLOCKED, "distrusted": true, "published": false,
    });
    if let (Some(thumbprint), Some(members)) = (thumbprint, key.as_object_mut()) {
        members.insert("thumbprint".to_owned(), thumbprint.as_str().into());
    }
    key
}

/// The `kid` of a record's key that may be meant by a misspelt one.
pub fn nearest_kid(record: Option<&Value>, name: &str) -> Option<String> {
    let keys = list_keys(record);
    let known = keys.iter().filter_map(|key| key.get("kid").and_then(Value::as_str));
    nearest(name, known).map(str::to_owned)
}

/// Each key of a record: `{"kid", "thumbprint", "kty", "alg", "usable"}`, `alg` if it says one, or `{"kid", "usable", "reason"}`
/// where it is not.
pub fn list_keys(record: Option<&Value>) -> Vec<Value> {
    let key_set = record.and_then(|record| KeySet::parse(record.get("jwks")?).ok());
    let Some(key_set) = key_set else { return Vec::new() };
    let usable = key_set.keys().iter().map(|key| {
        let (kid, thumbprint, kty) = (key.id(), key.thumbprint_text(), key.key_type());
        let mut listed = json!({ "kid": kid, "thumbprint": thumbprint, "kty": kty, "usable": true });
        if let (Some(algorithm), Some(members)) = (key.algorithm(), listed.as_object_mut()) {
            members.insert("alg".to_owned(), algorithm.into());
        }
        listed
    });
    let unusable = key_set
        .unusable()
        .iter()
        .map(|key| json!({ "kid": key.kid, "usable": false, "reason": key.reason.to_string() }));
    usable.chain(unusable).collect()
}

fn is_same(seen: &Value, kid: Option<&str>, thumbprint: &str) -> bool {
    let text = |name| seen.get(name).and_then(Value::as_str);
    text("kid") == kid && text("thumbprint") == Some(thumbprint)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::keys::fetched_keys::FetchedKeys;
    use crate::keys::refresh_schedule::RefreshPolicy;

    fn at(seconds: f64) -> NumericDate {
        NumericDate::from_seconds(seconds)
    }

    /// The record of an issuer that published the keys `a` and `b` at 10, then `b` and one that is not usable at 20.
    fn record() -> Value {
        let key =
            |kid: &str, fill: &str| json!({"kty": "OKP", "crv": "Ed25519", "kid": kid, "x": fill.repeat(43)});
        let published = |keys: Value| FetchedKeys::new(json!({ "keys": keys })).unwrap();
        let mut b = key("b", "E");
        b["alg"] = json!("EdDSA");
        let first = published(json!([key("a", "A"), b])).stored(at(10.0), 60.0, None);
        let second = published(json!([b, key("d", "I"), {"kty": "oct", "kid": "c"}]));
        second.stored(at(20.0), 60.0, Some(&first))
    }

    fn issuer() -> Issuer {
        Issuer::try_from("https://issuer.example").unwrap()
    }

    #[test]
    fn owners_see_current_former_and_blocked_keys() {
        let (record, issuer, mut schedule) = (record(), issuer(), RefreshSchedule::default());
        schedule.succeed(at(20.0), 60.0, 0.0);
        let keys = IssuerKeys { issuer: &issuer, record: Some(&record), schedule: &schedule, since: at(5.0) };
        let blocked = |iss: &str, kid: &str, thumbprint: Option<&str>| {
            let [iss, kid] = [iss, kid].map(str::to_owned);
            BlockedKey { iss, kid, thumbprint: thumbprint.map(str::to_owned) }
        };
        let iss = issuer.as_str();
        let blocked = [
            blocked(iss, "b", None),
            blocked(iss, "e", Some("T")),
            blocked(iss, "f", None),
            blocked("https://other.example", "g", None),
        ];
        let thumbprint = keys.thumbprint("b").unwrap();
        assert_eq!(
            keys.describe(&blocked),
            json!({
                "keys": [
                    {"kid": "b", "thumbprint": thumbprint, "kty": "OKP", "alg": "EdDSA", "usable": false, "reason": "blocked", "distrusted": true, "published": true, "firstSeen": 10.0, "firstSeenTime": "1970-01-01T00:00:10.000Z", "lastSeen": 20.0, "lastSeenTime": "1970-01-01T00:00:20.000Z"},
                    {"kid": "d", "thumbprint": keys.thumbprint("d"), "kty": "OKP", "usable": true, "distrusted": false, "published": true, "firstSeen": 20.0, "firstSeenTime": "1970-01-01T00:00:20.000Z", "lastSeen": 20.0, "lastSeenTime": "1970-01-01T00:00:20.000Z"},
                    {"kid": "c", "usable": false, "distrusted": false, "published": true, "reason": "not a public RSA, EC or Ed25519 key of a supported curve"},
                    {"kid": "e", "thumbprint": "T", "usable": false, "reason": "blocked", "distrusted": true, "published": false},
                    {"kid": "f", "usable": false, "reason": "blocked", "distrusted": true, "published": false},
                ],
                "formerKeys": [{"kid": "a", "thumbprint": keys.thumbprint("a"), "firstSeen": 10.0, "firstSeenTime": "1970-01-01T00:00:10.000Z", "lastSeen": 10.0, "lastSeenTime": "1970-01-01T00:00:10.000Z"}],
                "fetchedAt": 20.0, "fetchedTime": "1970-01-01T00:00:20.000Z", "expiresAt": 80.0, "expiresTime": "1970-01-01T00:01:20.000Z", "nextRefresh": 68.0, "nextRefreshTime": "1970-01-01T00:01:08.000Z", "lastError": null,
            })
        );
    }

    #[test]
    fn history_before_the_project_named_the_issuer_is_hidden() {
        let (record, issuer, mut schedule) = (record(), issuer(), RefreshSchedule::default());
        schedule.succeed(at(20.0), 60.0, 0.0);
        let keys = |schedule, since| IssuerKeys {
            issuer: &issuer,
            record: Some(&record),
            schedule,
            since: at(since),
        };
        // Between the two fetches: the former key was there before only.
        let fetched = schedule.clone();
        let seen = keys(&fetched, 15.0);
        let described = seen.describe(&[]);
        assert_eq!((&described["formerKeys"], seen.thumbprint("a")), (&json!([]), None));
        assert_eq!(described["keys"][0]["firstSeen"], 15.0);
        assert_eq!(described["fetchedAt"], 20.0);
        // After both.
        schedule.fail(at(21.0), "down", None, &POLICY, 0.0);
        let described = keys(&schedule, 25.0).describe(&[]);
        for (name, time) in [("fetchedAt", 25.0), ("expiresAt", 85.0), ("nextRefresh", 56.0)] {
            assert_eq!(described[name], time, "{name}");
        }
        assert_eq!(described["lastError"]["at"], 25.0);
        for name in ["firstSeen", "lastSeen"] {
            assert_eq!(described["keys"][0][name], 25.0, "{name}");
        }
    }

    const POLICY: RefreshPolicy = RefreshPolicy { max_lifetime: 3600.0, cooldown: 30.0, max_stale: 86_400.0 };
}
