//! AES-256-GCM by WebCrypto.

use js_sys::{Array, Object, Uint8Array};
use wasm_bindgen::JsValue;
use web_sys::CryptoKey;

use crate::subtle::{bytes, object, subtle, wait};

/// The ciphertext of `plain` with its tag.
pub async fn seal(key: &[u8], nonce: &[u8], associated: &[u8], plain: &[u8]) -> Result<Vec<u8>, JsValue> {
    let key = import(key, "encrypt").await?;
    bytes(subtle().encrypt_with_object_and_u8_array(&parameters(nonce, associated), &key, plain)).await
}

/// The plaintext of `sealed`; `None` if it does not open with these arguments.
pub async fn open(
    key: &[u8],
    nonce: &[u8],
    associated: &[u8],
    sealed: &[u8],
) -> Result<Option<Vec<u8>>, JsValue> {
    let key = import(key, "decrypt").await?;
    let opened = subtle().decrypt_with_object_and_u8_array(&parameters(nonce, associated), &key, sealed);
    Ok(bytes(opened).await.ok())
}

async fn import(key: &[u8], usage: &str) -> Result<CryptoKey, JsValue> {
    let (key, usages) = (Uint8Array::from(key), Array::of1(&usage.into()));
    wait(subtle().import_key_with_str("raw", &key, "AES-GCM", false, &usages)).await
}

fn parameters(nonce: &[u8], associated: &[u8]) -> Object {
    let [iv, data] = [nonce, associated].map(|bytes| Uint8Array::from(bytes).into());
    object(&[("name", "AES-GCM".into()), ("iv", iv), ("additionalData", data)])
}
