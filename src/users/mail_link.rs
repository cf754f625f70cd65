//! Links of mails, each of which is used once.

use std::fmt;

use base64ct::{Base64UrlUnpadded, Encoding};
use serde::{Deserialize, Serialize};
use serde_json::{Map, Value, json};
use sha2::{Digest, Sha256};

use super::email::Email;
use super::stored_format::{FORMAT, Unreadable, check_format};

/// What is secret in a link: 32 random bytes in base64url. `Debug` does not show it.
#[derive(Clone, PartialEq, Eq)]
pub struct LinkSecret(String);

/// What a link is for.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub enum LinkPurpose {
    /// A declared user chooses the first password.
    Activation,
    /// A user has forgotten the password.
    Recovery,
}

/// A link as it is stored, by the digest of its secret. Times are whole seconds since 1970.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct MailLink {
    #[serde(default)]
    format: u32,
    /// What it is for.
    pub purpose: LinkPurpose,
    /// The id of the user whose password it sets.
    pub user: String,
    /// The address to which it was sent: it is void once the user has another.
    pub email: Email,
    /// From when on it is void.
    pub expires_at: u64,
    /// What another release stored besides.
    #[serde(flatten)]
    others: Map<String, Value>,
}

/// The number of random bytes of a secret.
const SECRET_BYTES: usize = 32;

impl LinkSecret {
    /// The secret of these random bytes.
    pub fn new(random: &[u8; SECRET_BYTES]) -> Self {
        Self(Base64UrlUnpadded::encode_string(random))
    }

    /// The secret that came with a request; `None` if no gateway made it.
    pub fn parse(text: &str) -> Option<Self> {
        let bytes = Base64UrlUnpadded::decode_vec(text).ok()?;
        (bytes.len() == SECRET_BYTES).then(|| Self(text.to_owned()))
    }

    /// The secret as it is in the link.
    pub fn expose(&self) -> &str {
        &self.0
    }

    /// What is stored of it: its SHA-256 in base64url. It is 256 random bits, so it needs no slow hash.
    pub fn digest(&self) -> String {
        Base64UrlUnpadded::encode_string(&Sha256::digest(self.0.as_bytes()))
    }
}

impl fmt::Debug for LinkSecret {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("LinkSecret")
    }
}

impl LinkPurpose {
    /// How long a link lasts, in seconds: 7 days, or 30 minutes.
    pub const fn seconds(self) -> u64 {
        match self {
            Self::Activation => 7 * 86_400,
            Self::Recovery => 30 * 60,
        }
    }
}

impl MailLink {
    /// A link for a user that is made at `now`.
    pub fn new(purpose: LinkPurpose, user: &str, email: &Email, now: u64) -> Self {
        let expires_at = now.saturating_add(purpose.seconds());
        let (user, email, others) = (user.to_owned(), email.clone(), Map::new());
        Self { format: FORMAT, purpose, user, email, expires_at, others }
    }

    /// Reads a stored link.
    pub fn read(text: &str) -> Result<Self, Unreadable> {
        let link: Self = serde_json::from_str(text)?;
        check_format(link.format)?;
        Ok(Self { format: FORMAT, ..link })
    }

    /// The link as it is stored.
    pub fn write(&self) -> String {
        json!(self).to_string()
    }

    /// Whether it may be used at a time by a user who has this address now.
    pub fn is_valid(&self, email: &Email, now: u64) -> bool {
        now < self.expires_at && self.email == *email
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_secret_is_32_bytes_and_is_stored_as_its_digest() {
        let secret = LinkSecret::new(&[7; 32]);
        assert_eq!(LinkSecret::parse(secret.expose()).unwrap(), secret);
        assert_eq!((secret.digest().len(), format!("{secret:?}")), (43, "LinkSecret".to_owned()));
        assert_ne!(secret.digest(), LinkSecret::new(&[8; 32]).digest());
        let cut = secret.expose().get(..42).unwrap();
        for bad in ["", "x", cut, &format!("{}A", secret.expose()), &format!("{}=", secret.expose()), "ä"] {
            assert!(LinkSecret::parse(bad).is_none(), "{bad}");
        }
    }

    #[test]
    fn a_link_lasts_as_its_purpose_says_and_for_one_address() {
        let email = |text: &str| Email::try_from(text).unwrap();
        for (purpose, seconds) in [(LinkPurpose::Activation, 604_800), (LinkPurpose::Recovery, 1800)] {
            let link = MailLink::new(purpose, "u_1", &email("ada@example.com"), 1000);
            assert_eq!(MailLink::read(&link.write()).unwrap(), link);
            assert!(link.is_valid(&email("Ada@example.com"), 1000 + seconds - 1));
            assert!(!link.is_valid(&email("ada@example.com"), 1000 + seconds));
            assert!(!link.is_valid(&email("ada@example.org"), 1000));
        }
    }

    #[test]
    fn what_another_release_stored_is_kept() {
        let stored = json!({
            "format": 1, "purpose": "recovery", "user": "u_1", "email": "ada@example.com", "expiresAt": 9, "added": [1],
        });
        let link = MailLink::read(&stored.to_string()).unwrap();
        assert_eq!(serde_json::from_str::<Value>(&link.write()).unwrap(), stored);
        for bad in [json!({}), json!({ "format": 2, "purpose": "recovery" }), json!([])] {
            assert!(MailLink::read(&bad.to_string()).is_err(), "{bad}");
        }
    }
}
