//! A client secret as it is stored.

use serde::{Deserialize, Serialize};
use serde_json::{Map, Value, json};

use super::secret_digest::SecretDigest;
use crate::shown_times::add_times;

/// To what a time of use is rounded down, in seconds.
const HOUR: u64 = 3600;

/// A client secret as it is stored. Times are whole seconds since 1970.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct StoredSecret {
    /// Its name within the project, which no other secret ever had.
    pub secret_id: String,
    /// The digest of the secret.
    pub sha256: SecretDigest,
    /// When it was made.
    pub created_at: u64,
    /// From when on it is no longer accepted, if that is set.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub expires_at: Option<u64>,
    /// In which hour it was last used.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub last_used_at: Option<u64>,
    /// What another release stored besides.
    #[serde(flatten)]
    others: Map<String, Value>,
}

impl StoredSecret {
    /// A secret that was made at `now` and does not expire.
    pub fn new(secret_id: String, sha256: SecretDigest, now: u64) -> Self {
        let (expires_at, last_used_at) = (None, None);
        Self { secret_id, sha256, created_at: now, expires_at, last_used_at, others: Map::new() }
    }

    /// Whether it is accepted.
    pub fn is_live(&self, now: u64) -> bool {
        self.expires_at.is_none_or(|end| now < end)
    }

    /// Has it expire, unless it expires earlier already.
    pub fn expire_at(&mut self, end: u64) {
        self.expires_at = Some(self.expires_at.map_or(end, |earlier| earlier.min(end)));
    }

    /// Notes that it was used, and returns whether that is news: the first use within an hour.
    pub fn note_use(&mut self, now: u64) -> bool {
        let hour = now - now % HOUR;
        let is_news = self.last_used_at.is_none_or(|last| last < hour);
        if is_news {
            self.last_used_at = Some(hour);
        }
        is_news
    }

    /// What its owners see: `{"secretId", "createdAt", "expiresAt", "lastUsedAt"}`, the last two `null` where unknown, and
    /// beside each time its text in RFC 3339.
    pub fn representation(&self) -> Value {
        let Self { secret_id, created_at, expires_at, last_used_at, .. } = self;
        let mut shown = json!({
            "secretId": secret_id, "createdAt": created_at, "expiresAt": expires_at, "lastUsedAt": last_used_at,
        });
        add_times(&mut shown);
        shown
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn secret() -> StoredSecret {
        StoredSecret::new("s1".to_owned(), SecretDigest::of("x"), 7300)
    }

    #[test]
    fn a_secret_lives_until_it_expires() {
        let mut secret = secret();
        assert!(secret.is_live(u64::MAX));
        secret.expire_at(8000);
        secret.expire_at(9000);
        assert_eq!([7999, 8000].map(|now| secret.is_live(now)), [true, false]);
        secret.expire_at(7500);
        assert!(!secret.is_live(7500));
    }

    #[test]
    fn a_use_is_noted_once_an_hour() {
        let mut secret = secret();
        assert_eq!(
            [7300, 10_799, 10_800, 10_801, 7300].map(|now| secret.note_use(now)),
            [true, false, true, false, false]
        );
        assert_eq!(secret.last_used_at, Some(10_800));
    }

    #[test]
    fn owners_do_not_see_the_digest() {
        let shown = secret().representation();
        let expected = json!({
            "secretId": "s1", "createdAt": 7300, "createdTime": "1970-01-01T02:01:40.000Z", "expiresAt": null,
            "expiresTime": null, "lastUsedAt": null, "lastUsedTime": null,
        });
        assert_eq!(shown, expected);
        let newer = json!({ "secretId": "s1", "sha256": secret().sha256, "createdAt": 1, "added": { "by": "another" } });
        let kept: StoredSecret = serde_json::from_value(newer.clone()).unwrap();
        assert_eq!(json!(kept), newer);
    }
}
