//! Signatures by keys of the gateway's own.

use std::fmt;

use serde_json::Value;

use super::failure::Failure;

/// A private key, in PKCS#8 (RFC 5958). Its `Debug` does not show it.
#[derive(Clone)]
pub struct PrivateKey(pub Vec<u8>);

impl fmt::Debug for PrivateKey {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("PrivateKey")
    }
}

/// A key pair that was just made.
#[derive(Clone, Debug)]
pub struct KeyPair {
    /// Its private key.
    pub private: PrivateKey,
    /// Its public key, as a JWK.
    pub public: Value,
}

/// Makes key pairs for ES256 (ECDSA on P-256 with SHA-256) and signs with them.
///
/// At Cloudflare: WebCrypto. A key that is kept to sign with cannot be read there any more.
pub trait Signer {
    /// Makes a key pair.
    fn generate(&self) -> impl Future<Output = Result<KeyPair, Failure>>;

    /// Keeps a private key in memory under a name, to sign with it. A host keeps the last few.
    fn keep(&self, kid: &str, key: &PrivateKey) -> impl Future<Output = Result<(), Failure>>;

    /// The signature of `input`, `R || S` (RFC 7518, section 3.4); `None` if no key of that id is kept.
    fn sign(&self, kid: &str, input: &[u8]) -> impl Future<Output = Result<Option<Vec<u8>>, Failure>>;
}
