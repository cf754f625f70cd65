//! Sealing what is stored but must not be read there.

use std::fmt;

use base64ct::{Base64UrlUnpadded, Encoding};
use hmac::{Hmac, Mac};
use sha2::{Digest, Sha256};

use crate::host::{Entropy, Failure, Seal, Sealer};

/// The keys by which values are sealed. A sealed value is a text, `<key id>.<nonce and ciphertext in base64url>`; it opens only
/// for the purpose and the name for which it was sealed.
#[derive(Clone)]
pub struct SealingKeys {
    current: SealingKey,
    previous: Option<SealingKey>,
}

#[derive(Clone)]
struct SealingKey {
    bytes: [u8; 32],
    id: String,
}

/// What a value is sealed for.
#[derive(Clone, Copy, Debug)]
pub struct Purpose<'p> {
    /// The kind of values.
    pub kind: &'static str,
    /// The name of the one.
    pub name: &'p str,
}

/// The bytes of a nonce.
const NONCE: usize = 12;

impl SealingKeys {
    /// The key that seals, and the one before it, while it is being changed: 32 bytes in base64url each.
    pub fn read(current: &str, previous: Option<&str>) -> Option<Self> {
        let previous = match previous {
            Some(text) => Some(SealingKey::read(text)?),
            None => None,
        };
        Some(Self { current: SealingKey::read(current)?, previous })
    }

    /// Seals a value.
    pub async fn seal(
        &self,
        host: &(impl Sealer + Entropy),
        purpose: Purpose<'_>,
        plain: &[u8],
    ) -> Result<String, Failure> {
        let mut nonce = [0; NONCE];
        host.fill(&mut nonce);
        let associated = purpose.associated();
        let seal = Seal { key: &self.current.bytes, nonce: &nonce, associated: &associated };
        let sealed = host.seal(seal, plain).await?;
        let text = Base64UrlUnpadded::encode_string(&[&nonce[..], &sealed].concat());
        Ok([&*self.current.id, ".", &*text].concat())
    }

    /// Opens a sealed value; `None` if no key of these sealed it for that purpose.
    pub async fn open(
        &self,
        host: &impl Sealer,
        purpose: Purpose<'_>,
        sealed: &str,
    ) -> Result<Option<Vec<u8>>, Failure> {
        let Some((key, bytes)) = self.find(sealed) else { return Ok(None) };
        let Some((nonce, sealed)) = bytes.split_first_chunk::<NONCE>() else { return Ok(None) };
        let associated = purpose.associated();
        host.open(Seal { key: &key.bytes, nonce, associated: &associated }, sealed).await
    }

    /// Whether a value is sealed by the key that seals now.
    pub fn is_current(&self, sealed: &str) -> bool {
        sealed.split_once('.').is_some_and(|(id, _)| id == self.current.id)
    }

    /// The tag of a value that the gateway hands out and takes back: HMAC-SHA-256, cut to 16 bytes.
    pub fn tag(&self, purpose: Purpose<'_>, value: &[u8]) -> Result<[u8; 16], Failure> {
        let tag = self.current.mac(purpose, value)?.finalize().into_bytes();
        tag.first_chunk().copied().ok_or_else(|| Failure::new("a tag is shorter than its hash"))
    }

    /// Whether a tag is that of a value, by a key of these. It takes the same time for all tags.
    pub fn is_tag(&self, purpose: Purpose<'_>, value: &[u8], tag: &[u8]) -> bool {
        let mut keys = std::iter::once(&self.current).chain(&self.previous);
        keys.any(|key| key.mac(purpose, value).is_ok_and(|mac| mac.verify_truncated_left(tag).is_ok()))
    }

    fn find(&self, sealed: &str) -> Option<(&SealingKey, Vec<u8>)> {
        let (id, text) = sealed.split_once('.')?;
        let mut keys = std::iter::once(&self.current).chain(&self.previous);
        Some((keys.find(|key| key.id == id)?, Base64UrlUnpadded::decode_vec(text).ok()?))
    }
}

impl SealingKey {
    fn read(text: &str) -> Option<Self> {
        let mut bytes = [0; 32];
        let length = Base64UrlUnpadded::decode(text, &mut bytes).ok()?.len();
        let digest = Sha256::new().chain_update(b"sealing key id\0").chain_update(bytes).finalize();
        let id = Base64UrlUnpadded::encode_string(digest.get(..6)?);
        (length == bytes.len()).then_some(Self { bytes, id })
    }

    /// The key of these tags derives from the one that seals: none is used by two algorithms.
    fn mac(&self, purpose: Purpose<'_>, value: &[u8]) -> Result<Hmac<Sha256>, Failure> {
        let key = Sha256::new().chain_update(b"tag key\0").chain_update(self.bytes).finalize();
        let mac = Hmac::new_from_slice(&key).map_err(Failure::new)?;
        Ok(mac.chain_update(purpose.associated()).chain_update([0]).chain_update(value))
    }
}

impl Purpose<'_> {
    fn associated(self) -> Vec<u8> {
        [self.kind, "\0", self.name].concat().into_bytes()
    }
}

impl fmt::Debug for SealingKeys {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("SealingKeys")
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_tag_holds_for_its_value_purpose_and_keys() {
        let [one, two] = [7, 8].map(|byte| Base64UrlUnpadded::encode_string(&[byte; 32]));
        let keys = SealingKeys::read(&one, None).unwrap();
        let purpose = |kind| Purpose { kind, name: "" };
        let tag = keys.tag(purpose("a"), b"value").unwrap();
        assert!(keys.is_tag(purpose("a"), b"value", &tag));
        assert!(SealingKeys::read(&two, Some(&one)).unwrap().is_tag(purpose("a"), b"value", &tag));
        assert!(!SealingKeys::read(&two, None).unwrap().is_tag(purpose("a"), b"value", &tag));
        assert!(!keys.is_tag(purpose("a"), b"valuE", &tag));
        assert!(!keys.is_tag(purpose("b"), b"value", &tag));
        assert!(!keys.is_tag(purpose("a"), b"value", &[0; 16]));
        assert!(!keys.is_tag(purpose("a"), b"value", b""));
    }

    #[test]
    fn a_sealing_key_has_32_bytes_and_is_not_shown() {
        let key = |length| Base64UrlUnpadded::encode_string(&vec![7; length]);
        let keys = SealingKeys::read(&key(32), Some(&key(32))).unwrap();
        assert_eq!(format!("{keys:?}"), "SealingKeys");
        for bad in ["", "x", &key(31), &key(33), &format!("{}=", key(32))] {
            assert!(SealingKeys::read(bad, None).is_none(), "{bad}");
            assert!(SealingKeys::read(&key(32), Some(bad)).is_none(), "{bad}");
        }
    }
}
