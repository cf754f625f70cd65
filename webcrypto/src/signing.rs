//! Signatures by ES256 with keys that WebCrypto keeps.

use std::cell::RefCell;

use js_sys::{Array, JSON, Object, Reflect, Uint8Array};
use wasm_bindgen::JsValue;
use web_sys::CryptoKey;

use crate::subtle::{bytes, object, subtle, wait};

/// How many keys are kept: the current one of each key set, and those that they replace.
const MAX_KEPT: usize = 4;

thread_local! {
    /// The keys by their ids, the last one first. They cannot be read.
    static KEPT: RefCell<Vec<(String, CryptoKey)>> = const { RefCell::new(Vec::new()) };
}

/// A key pair that was just made.
pub struct KeyPair {
    /// The private key, in PKCS#8.
    pub private: Vec<u8>,
    /// The public key, a JWK in JSON.
    pub public: String,
}

/// Makes a key pair.
pub async fn generate() -> Result<KeyPair, JsValue> {
    let (subtle, usages) = (subtle(), Array::of2(&"sign".into(), &"verify".into()));
    let pair: Object = wait(subtle.generate_key_with_object(&curve(), true, &usages)).await?;
    let key = |name: &str| Reflect::get(&pair, &name.into()).map(CryptoKey::from);
    let private = bytes(subtle.export_key("pkcs8", &key("privateKey")?)).await?;
    let jwk: Object = wait(subtle.export_key("jwk", &key("publicKey")?)).await?;
    Ok(KeyPair { private, public: JSON::stringify(&jwk)?.into() })
}

/// Keeps a private key in PKCS#8 under its id.
pub async fn keep(kid: &str, private: &[u8]) -> Result<(), JsValue> {
    let (private, usages) = (Uint8Array::from(private), Array::of1(&"sign".into()));
    let key: CryptoKey =
        wait(subtle().import_key_with_object("pkcs8", &private, &curve(), false, &usages)).await?;
    KEPT.with_borrow_mut(|kept| {
        kept.retain(|(other, _)| other != kid);
        kept.insert(0, (kid.to_owned(), key));
        kept.truncate(MAX_KEPT);
    });
    Ok(())
}

/// The signature of `input`, `R || S`; `None` if no key of that id is kept.
pub async fn sign(kid: &str, input: &[u8]) -> Result<Option<Vec<u8>>, JsValue> {
    let find = |kept: &Vec<(String, CryptoKey)>| {
        kept.iter().find(|(other, _)| other == kid).map(|(_, key)| key.clone())
    };
    let Some(key) = KEPT.with_borrow(find) else { return Ok(None) };
    let parameters = object(&[("name", "ECDSA".into()), ("hash", "SHA-256".into())]);
    bytes(subtle().sign_with_object_and_u8_array(&parameters, &key, input)).await.map(Some)
}

fn curve() -> Object {
    object(&[("name", "ECDSA".into()), ("namedCurve", "P-256".into())])
}
