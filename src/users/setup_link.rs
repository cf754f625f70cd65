//! The link by which the first administrator is made.

use serde::{Deserialize, Serialize};
use serde_json::{Map, Value, json};

use super::mail_link::LinkSecret;
use super::stored_format::{FORMAT, Unreadable, check_format};

/// How long the link lasts, in seconds.
const SECONDS: u64 = 86_400;

/// The link as it is stored. There is one: a new one replaces it.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct SetupLink {
    #[serde(default)]
    format: u32,
    /// The digest of its secret.
    digest: String,
    /// From when on it is void, in whole seconds since 1970.
    pub expires_at: u64,
    /// What another release stored besides.
    #[serde(flatten)]
    others: Map<String, Value>,
}

impl SetupLink {
    /// The link of a secret, made at `now`.
    pub fn new(secret: &LinkSecret, now: u64) -> Self {
        let (digest, expires_at) = (secret.digest(), now.saturating_add(SECONDS));
        Self { format: FORMAT, digest, expires_at, others: Map::new() }
    }

    /// Reads what is stored.
    pub fn read(text: &str) -> Result<Self, Unreadable> {
        let link: Self = serde_json::from_str(text)?;
        check_format(link.format)?;
        Ok(Self { format: FORMAT, ..link })
    }

    /// What is stored.
    pub fn write(&self) -> String {
        json!(self).to_string()
    }

    /// Whether a secret opens it at a time.
    pub fn is_opened_by(&self, secret: &LinkSecret, now: u64) -> bool {
        now < self.expires_at && secret.digest() == self.digest
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_link_is_opened_by_its_secret_for_a_day() {
        let [secret, other] = [7, 8].map(|byte| LinkSecret::new(&[byte; 32]));
        let link = SetupLink::new(&secret, 1000);
        assert_eq!(SetupLink::read(&link.write()).unwrap(), link);
        assert!(!link.write().contains(secret.expose()));
        assert!(link.is_opened_by(&secret, 1000 + SECONDS - 1));
        assert!(!link.is_opened_by(&secret, 1000 + SECONDS));
        assert!(!link.is_opened_by(&other, 1000));
    }

    #[test]
    fn what_another_release_stored_is_kept() {
        let stored = json!({ "format": 1, "digest": "d", "expiresAt": 9, "added": [1] });
        let link = SetupLink::read(&stored.to_string()).unwrap();
        assert_eq!(serde_json::from_str::<Value>(&link.write()).unwrap(), stored);
        assert!(SetupLink::read(&json!({ "format": 2, "digest": "d", "expiresAt": 9 }).to_string()).is_err());
    }
}
