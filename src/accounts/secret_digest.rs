//! What is stored of a client secret.

use std::fmt;

use base64ct::{Base64UrlUnpadded, Encoding};
use serde::de::Error;
use serde::{Deserialize, Deserializer, Serialize, Serializer};
use sha2::{Digest, Sha256};
use subtle::ConstantTimeEq;

/// The SHA-256 of a client secret. A secret is 256 random bits, so it needs no slow hash. Stored in base64url.
#[derive(Clone, Copy)]
pub struct SecretDigest([u8; 32]);

impl SecretDigest {
    /// The digest of what a client sent as its secret, whatever that is.
    pub fn of(presented: &str) -> Self {
        Self(Sha256::digest(presented.as_bytes()).into())
    }
}

/// In constant time.
impl PartialEq for SecretDigest {
    fn eq(&self, other: &Self) -> bool {
        self.0[..].ct_eq(&other.0[..]).into()
    }
}

impl Serialize for SecretDigest {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.serialize_str(&Base64UrlUnpadded::encode_string(&self.0))
    }
}

impl<'de> Deserialize<'de> for SecretDigest {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        let bytes = Base64UrlUnpadded::decode_vec(&String::deserialize(deserializer)?);
        let digest = bytes.ok().and_then(|bytes| bytes.try_into().ok());
        digest.map(Self).ok_or_else(|| D::Error::custom("not a SHA-256 in base64url"))
    }
}

impl fmt::Debug for SecretDigest {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("SecretDigest")
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_digest_is_stored_in_base64url_and_compared() {
        let digest = SecretDigest::of("abc");
        let text = serde_json::to_string(&digest).unwrap();
        assert_eq!(text, r#""ungWv48Bz-pBQUDeXa4iI7ADYaOWF3qctBD_YfIAFa0""#);
        assert_eq!(serde_json::from_str::<SecretDigest>(&text).unwrap(), digest);
        assert_ne!(SecretDigest::of("abd"), digest);
        assert!(serde_json::from_str::<SecretDigest>(r#""ungW""#).is_err());
    }
}
