//! The gateway's own private keys, to sign with.

use std::num::NonZeroUsize;
use std::sync::{Arc, Mutex, PoisonError};

use aws_lc_rs::error::KeyRejected;
use aws_lc_rs::rand::SystemRandom;
use aws_lc_rs::signature::{ECDSA_P256_SHA256_FIXED_SIGNING, EcdsaKeyPair, KeyPair as _};
use base64ct::{Base64UrlUnpadded, Encoding};
use lru::LruCache;
use serde_json::json;
use service::host::{Failure, KeyPair, PrivateKey};

/// How many are kept: those of both sets, and the ones before them.
const MAX_KEPT: NonZeroUsize = NonZeroUsize::MIN.saturating_add(15);

/// Keys by their ids.
pub struct PrivateKeys(Mutex<LruCache<String, Arc<EcdsaKeyPair>>>);

impl Default for PrivateKeys {
    fn default() -> Self {
        Self(Mutex::new(LruCache::new(MAX_KEPT)))
    }
}

impl PrivateKeys {
    /// Keeps a key to sign with.
    pub fn keep(&self, kid: &str, key: &PrivateKey) -> Result<(), Failure> {
        let pair = Arc::new(parse(&key.0).map_err(Failure::new)?);
        self.0.lock().unwrap_or_else(PoisonError::into_inner).put(kid.to_owned(), pair);
        Ok(())
    }

    /// The signature of `input`; `None` if no key of that id is kept.
    pub fn sign(&self, kid: &str, input: &[u8]) -> Result<Option<Vec<u8>>, Failure> {
        let pair = self.0.lock().unwrap_or_else(PoisonError::into_inner).get(kid).cloned();
        let Some(pair) = pair else { return Ok(None) };
        let signature = pair.sign(&SystemRandom::new(), input).map_err(Failure::new)?;
        Ok(Some(signature.as_ref().to_vec()))
    }
}

/// Makes a key pair.
pub fn generate() -> Result<KeyPair, Failure> {
    let pkcs8 = EcdsaKeyPair::generate_pkcs8(&ECDSA_P256_SHA256_FIXED_SIGNING, &SystemRandom::new());
    let private = PrivateKey(pkcs8.map_err(Failure::new)?.as_ref().to_vec());
    let pair = parse(&private.0).map_err(Failure::new)?;
    // SEC 1, section 2.3.3: 4, then both coordinates.
    let Some((_, point)) = pair.public_key().as_ref().split_first() else {
        return Err(Failure::new("the public key is empty"));
    };
    let (x, y) = point.split_at(point.len() / 2);
    let [x, y] = [x, y].map(Base64UrlUnpadded::encode_string);
    Ok(KeyPair { private, public: json!({ "kty": "EC", "crv": "P-256", "x": x, "y": y }) })
}

fn parse(pkcs8: &[u8]) -> Result<EcdsaKeyPair, KeyRejected> {
    EcdsaKeyPair::from_pkcs8(&ECDSA_P256_SHA256_FIXED_SIGNING, pkcs8)
}

#[cfg(test)]
mod tests {
    use super::*;
    use aws_lc_rs::signature::{ECDSA_P256_SHA256_FIXED, UnparsedPublicKey};

    #[test]
    fn a_kept_key_signs_and_others_do_not() {
        let (keys, pair) = (PrivateKeys::default(), generate().unwrap());
        keys.keep("k1", &pair.private).unwrap();
        let signature = keys.sign("k1", b"input").unwrap().unwrap();
        let number = |name: &str| Base64UrlUnpadded::decode_vec(pair.public[name].as_str().unwrap()).unwrap();
        let point = [vec![4], number("x"), number("y")].concat();
        assert!(UnparsedPublicKey::new(&ECDSA_P256_SHA256_FIXED, point).verify(b"input", &signature).is_ok());
        assert_eq!(keys.sign("k2", b"input"), Ok(None));
        assert!(keys.keep("k3", &PrivateKey(vec![1])).is_err());
    }
}
