//! Keys of the gateway's own by WebCrypto: sealing by AES-256-GCM, signatures by ES256.

use js_sys::futures::JsFuture;
use js_sys::{Array, Promise, Uint8Array};
use wasm_bindgen::prelude::wasm_bindgen;
use wasm_bindgen::{JsCast, JsValue};

#[wasm_bindgen(module = "/src/keys.js")]
extern "C" {
    #[wasm_bindgen(js_name = seal)]
    fn promise_to_seal(key: &[u8], nonce: &[u8], associated: &[u8], plain: &[u8]) -> Promise;

    #[wasm_bindgen(js_name = open)]
    fn promise_to_open(key: &[u8], nonce: &[u8], associated: &[u8], sealed: &[u8]) -> Promise;

    #[wasm_bindgen(js_name = generate)]
    fn promise_to_generate() -> Promise;

    #[wasm_bindgen(js_name = keep)]
    fn promise_to_keep(kid: &str, private: &[u8]) -> Promise;

    #[wasm_bindgen(js_name = sign)]
    fn promise_to_sign(kid: &str, input: &[u8]) -> Promise;
}

/// A key pair that was just made.
pub struct KeyPair {
    /// The private key, in PKCS#8.
    pub private: Vec<u8>,
    /// The public key, a JWK in JSON.
    pub public: String,
}

/// The ciphertext of `plain` with its tag.
pub async fn seal(key: &[u8], nonce: &[u8], associated: &[u8], plain: &[u8]) -> Result<Vec<u8>, JsValue> {
    let sealed = JsFuture::from(promise_to_seal(key, nonce, associated, plain)).await?;
    Ok(sealed.dyn_into::<Uint8Array>()?.to_vec())
}

/// The plaintext of `sealed`; `None` if it does not open with these arguments.
pub async fn open(
    key: &[u8],
    nonce: &[u8],
    associated: &[u8],
    sealed: &[u8],
) -> Result<Option<Vec<u8>>, JsValue> {
    bytes(promise_to_open(key, nonce, associated, sealed)).await
}

/// Makes a key pair.
pub async fn generate() -> Result<KeyPair, JsValue> {
    let pair: Array = JsFuture::from(promise_to_generate()).await?.dyn_into()?;
    let (private, public) = (pair.get(0).dyn_into::<Uint8Array>()?, pair.get(1).as_string());
    Ok(KeyPair { private: private.to_vec(), public: public.unwrap_or_default() })
}

/// Keeps a private key in PKCS#8 under its id. It cannot be read there any more.
pub async fn keep(kid: &str, private: &[u8]) -> Result<(), JsValue> {
    JsFuture::from(promise_to_keep(kid, private)).await.map(drop)
}

/// The signature of `input`, `R || S`; `None` if no key of that id is kept.
pub async fn sign(kid: &str, input: &[u8]) -> Result<Option<Vec<u8>>, JsValue> {
    bytes(promise_to_sign(kid, input)).await
}

async fn bytes(promise: Promise) -> Result<Option<Vec<u8>>, JsValue> {
    let bytes = JsFuture::from(promise).await?;
    Ok(bytes.dyn_ref::<Uint8Array>().map(Uint8Array::to_vec))
}
