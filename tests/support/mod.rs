//! What tests share: keys that sign and check natively, as an identity provider and the platform do; the vectors.

#![allow(dead_code, reason = "each test uses a part of it")]

pub mod accounts;
pub mod documents;
pub mod provider;
pub mod random;
#[path = "../../examples/explain/signature.rs"]
mod signature;
pub mod vectors;

pub use signature::check;

use std::collections::BTreeMap;

use aws_lc_rs::rand::SystemRandom;
use aws_lc_rs::signature::{self as scheme, EcdsaKeyPair, Ed25519KeyPair, RsaKeyPair};
use base64ct::{Base64, Base64UrlUnpadded, Encoding};
use serde::Deserialize;
use serde_json::Value;

/// A key pair of `tests/keys.json`.
#[derive(Deserialize)]
pub struct TestKey {
    pkcs8: String,
    /// The public key.
    pub jwk: Value,
}

/// The key pairs by their `kid`.
pub fn keys() -> BTreeMap<String, TestKey> {
    serde_json::from_str(include_str!("../keys.json")).unwrap()
}

/// A text in base64url.
pub fn encode(text: &str) -> String {
    Base64UrlUnpadded::encode_string(text.as_bytes())
}

/// The text that base64url stands for.
pub fn decode(encoded: &str) -> String {
    String::from_utf8_lossy(&Base64UrlUnpadded::decode_vec(encoded).unwrap()).into_owned()
}

impl TestKey {
    /// A compact JWS of `header` and `claims`.
    pub fn sign(&self, algorithm: &str, header: &Value, claims: &Value) -> String {
        let input = format!("{}.{}", encode(&header.to_string()), encode(&claims.to_string()));
        let signature = self.signature(algorithm, input.as_bytes());
        format!("{input}.{}", Base64UrlUnpadded::encode_string(&signature))
    }

    fn signature(&self, algorithm: &str, input: &[u8]) -> Vec<u8> {
        let der = Base64::decode_vec(&self.pkcs8).unwrap();
        let random = SystemRandom::new();
        let rsa = |padding: &'static dyn scheme::RsaEncoding| {
            let pair = RsaKeyPair::from_pkcs8(&der).unwrap();
            let mut signature = vec![0; pair.public_modulus_len()];
            pair.sign(padding, &random, input, &mut signature).unwrap();
            signature
        };
        let ecdsa = |algorithm| {
            let pair = EcdsaKeyPair::from_pkcs8(algorithm, &der).unwrap();
            pair.sign(&random, input).unwrap().as_ref().to_vec()
        };
        match algorithm {
            "RS256" => rsa(&scheme::RSA_PKCS1_SHA256),
            "RS384" => rsa(&scheme::RSA_PKCS1_SHA384),
            "RS512" => rsa(&scheme::RSA_PKCS1_SHA512),
            "PS256" => rsa(&scheme::RSA_PSS_SHA256),
            "PS384" => rsa(&scheme::RSA_PSS_SHA384),
            "PS512" => rsa(&scheme::RSA_PSS_SHA512),
            "ES256" => ecdsa(&scheme::ECDSA_P256_SHA256_FIXED_SIGNING),
            "ES384" => ecdsa(&scheme::ECDSA_P384_SHA384_FIXED_SIGNING),
            "ES512" => ecdsa(&scheme::ECDSA_P521_SHA512_FIXED_SIGNING),
            "EdDSA" => Ed25519KeyPair::from_pkcs8(&der).unwrap().sign(input).as_ref().to_vec(),
            other => panic!("no such algorithm: {other}"),
        }
    }
}
