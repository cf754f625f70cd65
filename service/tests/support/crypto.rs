//! Signatures and sealing in memory, as a native host has them.

use std::collections::BTreeMap;
use std::sync::Mutex;

use aws_lc_rs::aead::{AES_256_GCM, Aad, LessSafeKey, Nonce, UnboundKey};
use aws_lc_rs::rand::SystemRandom;
use aws_lc_rs::signature::{ECDSA_P256_SHA256_FIXED_SIGNING, EcdsaKeyPair, KeyPair as _};
use base64ct::{Base64UrlUnpadded, Encoding};
use serde_json::json;
use service::host::{Failure, KeyPair, PrivateKey, Seal, Sealer, Signer};

use super::executor::pause;
use super::host::TestHost;

/// The keys that a node keeps to sign with.
#[derive(Default)]
pub struct KeptKeys(Mutex<BTreeMap<String, EcdsaKeyPair>>);

fn pair(key: &PrivateKey) -> EcdsaKeyPair {
    EcdsaKeyPair::from_pkcs8(&ECDSA_P256_SHA256_FIXED_SIGNING, &key.0).unwrap()
}

impl Signer for TestHost {
    async fn generate(&self) -> Result<KeyPair, Failure> {
        pause(2).await;
        let pkcs8 = EcdsaKeyPair::generate_pkcs8(&ECDSA_P256_SHA256_FIXED_SIGNING, &SystemRandom::new());
        let private = PrivateKey(pkcs8.unwrap().as_ref().to_vec());
        self.shared.private_keys.lock().unwrap().push(private.0.clone());
        let pair = pair(&private);
        let point = pair.public_key().as_ref();
        let [x, y] = [&point[1..33], &point[33..]].map(Base64UrlUnpadded::encode_string);
        Ok(KeyPair { private, public: json!({ "kty": "EC", "crv": "P-256", "x": x, "y": y, "ext": true }) })
    }

    async fn keep(&self, kid: &str, key: &PrivateKey) -> Result<(), Failure> {
        pause(2).await;
        self.kept.0.lock().unwrap().insert(kid.to_owned(), pair(key));
        Ok(())
    }

    async fn sign(&self, kid: &str, input: &[u8]) -> Result<Option<Vec<u8>>, Failure> {
        pause(2).await;
        let kept = self.kept.0.lock().unwrap();
        let sign = |pair: &EcdsaKeyPair| pair.sign(&SystemRandom::new(), input).unwrap().as_ref().to_vec();
        Ok(kept.get(kid).map(sign))
    }
}

fn aead(seal: &Seal<'_>) -> (LessSafeKey, Nonce) {
    let key = LessSafeKey::new(UnboundKey::new(&AES_256_GCM, seal.key).unwrap());
    (key, Nonce::assume_unique_for_key(*seal.nonce))
}

impl Sealer for TestHost {
    async fn seal(&self, seal: Seal<'_>, plain: &[u8]) -> Result<Vec<u8>, Failure> {
        let (key, nonce) = aead(&seal);
        let mut bytes = plain.to_vec();
        key.seal_in_place_append_tag(nonce, Aad::from(seal.associated), &mut bytes).unwrap();
        Ok(bytes)
    }

    async fn open(&self, seal: Seal<'_>, sealed: &[u8]) -> Result<Option<Vec<u8>>, Failure> {
        let (key, nonce) = aead(&seal);
        let mut bytes = sealed.to_vec();
        let opened = key.open_in_place(nonce, Aad::from(seal.associated), &mut bytes);
        Ok(opened.ok().map(|plain| plain.to_vec()))
    }
}
