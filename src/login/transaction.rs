//! The random value of a login, and what derives from it.

use base64ct::{Base64UrlUnpadded, Encoding};
use serde::de::Error;
use serde::{Deserialize, Deserializer, Serialize, Serializer};
use sha2::{Digest, Sha256};

/// 32 random bytes of one login. What the provider sees derives from them by SHA-256 with a label, so that the provider can compute
/// neither them nor another of these values. It has no `Debug`.
#[derive(Clone)]
pub struct Transaction([u8; 32]);

impl Transaction {
    /// The transaction of 32 random bytes that are used for nothing else.
    pub fn new(random: [u8; 32]) -> Self {
        Self(random)
    }

    /// What is remembered of it once it was used, in base64url.
    pub fn id(&self) -> String {
        self.derive("transaction id")
    }

    /// The `nonce` (OpenID Connect Core 1.0, section 3.1.2.1).
    pub(super) fn nonce(&self) -> String {
        self.derive("nonce")
    }

    /// The `code_verifier` (RFC 7636, section 4.1): 43 characters.
    pub(super) fn code_verifier(&self) -> String {
        self.derive("code verifier")
    }

    /// The `code_challenge` by S256 (RFC 7636, section 4.2).
    pub(super) fn code_challenge(&self) -> String {
        Base64UrlUnpadded::encode_string(&Sha256::digest(self.code_verifier()))
    }

    fn derive(&self, label: &str) -> String {
        let digest =
            Sha256::new().chain_update("login ").chain_update(label).chain_update([0]).chain_update(self.0);
        Base64UrlUnpadded::encode_string(&digest.finalize())
    }
}

impl Serialize for Transaction {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.serialize_str(&Base64UrlUnpadded::encode_string(&self.0))
    }
}

impl<'de> Deserialize<'de> for Transaction {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        let bytes = Base64UrlUnpadded::decode_vec(&String::deserialize(deserializer)?);
        let bytes = bytes.ok().and_then(|bytes| bytes.try_into().ok());
        bytes.map(Self).ok_or_else(|| D::Error::custom("not 32 bytes in base64url"))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn derived_values_differ() {
        let (one, two) = (Transaction::new([1; 32]), Transaction::new([2; 32]));
        let mut values: Vec<_> = [&one, &two]
            .into_iter()
            .flat_map(|it| [it.id(), it.nonce(), it.code_verifier(), it.code_challenge()])
            .collect();
        values.sort();
        values.dedup();
        assert_eq!(values.len(), 8);
        assert!(values.iter().all(|value| value.len() == 43));
    }
}
