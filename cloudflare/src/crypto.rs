//! Signing and sealing by WebCrypto.

use service::host::{Failure, KeyPair, PrivateKey, Seal};
use wasm_bindgen::JsValue;
use webcrypto::keys;

use crate::http::reason;

fn failure(error: &JsValue) -> Failure {
    Failure(reason(error))
}

/// Makes a key pair.
pub async fn generate() -> Result<KeyPair, Failure> {
    let keys::KeyPair { private, public } = keys::generate().await.map_err(|error| failure(&error))?;
    let public = serde_json::from_slice(public.as_bytes()).map_err(Failure::new)?;
    Ok(KeyPair { private: PrivateKey(private), public })
}

/// Keeps a private key.
pub async fn keep(kid: &str, key: &PrivateKey) -> Result<(), Failure> {
    keys::keep(kid, &key.0).await.map_err(|error| failure(&error))
}

/// Signs with a key that is kept.
pub async fn sign(kid: &str, input: &[u8]) -> Result<Option<Vec<u8>>, Failure> {
    keys::sign(kid, input).await.map_err(|error| failure(&error))
}

/// Encrypts.
pub async fn seal(Seal { key, nonce, associated }: Seal<'_>, plain: &[u8]) -> Result<Vec<u8>, Failure> {
    keys::seal(key, nonce, associated, plain).await.map_err(|error| failure(&error))
}

/// Decrypts.
pub async fn open(
    Seal { key, nonce, associated }: Seal<'_>,
    sealed: &[u8],
) -> Result<Option<Vec<u8>>, Failure> {
    keys::open(key, nonce, associated, sealed).await.map_err(|error| failure(&error))
}

/// Implements signing and sealing for a host.
#[macro_export]
macro_rules! impl_crypto {
    ($host:ty) => {
        impl service::host::Signer for $host {
            async fn generate(&self) -> Result<service::host::KeyPair, service::host::Failure> {
                $crate::crypto::generate().await
            }

            async fn keep(
                &self,
                kid: &str,
                key: &service::host::PrivateKey,
            ) -> Result<(), service::host::Failure> {
                $crate::crypto::keep(kid, key).await
            }

            async fn sign(&self, kid: &str, input: &[u8]) -> Result<Option<Vec<u8>>, service::host::Failure> {
                $crate::crypto::sign(kid, input).await
            }
        }

        impl service::host::Sealer for $host {
            async fn seal(
                &self,
                seal: service::host::Seal<'_>,
                plain: &[u8],
            ) -> Result<Vec<u8>, service::host::Failure> {
                $crate::crypto::seal(seal, plain).await
            }

            async fn open(
                &self,
                seal: service::host::Seal<'_>,
                sealed: &[u8],
            ) -> Result<Option<Vec<u8>>, service::host::Failure> {
                $crate::crypto::open(seal, sealed).await
            }
        }
    };
}
