//! Signature checks.

use std::cell::RefCell;
use std::pin::Pin;

use edge_authorizer::KeyOutcome;
use edge_authorizer::{Algorithm, ImportedKeys, Scheme, SignatureCheck};
use js_sys::futures::JsFuture;
use js_sys::{Array, JSON, Object, Promise, Reflect};
use wasm_bindgen::{JsCast, JsValue};
use web_sys::{CryptoKey, SubtleCrypto};

use crate::subtle::subtle;

thread_local! {
    static IMPORTED: RefCell<ImportedKeys<Imported>> = RefCell::default();
}

/// A key as WebCrypto has it, and the algorithm as it wants it.
#[derive(Clone)]
struct Imported {
    key: CryptoKey,
    parameters: Object,
}

/// Checks a signature; `is_true` waits for the platform's answer. A key that the platform refuses is none; a check that fails
/// is a wrong signature.
pub async fn check(check: &SignatureCheck<'_>, is_true: impl AsyncFnOnce(Promise) -> bool) -> KeyOutcome {
    let subtle = subtle();
    let Some(Imported { key, parameters }) = import(&subtle, check).await else {
        return KeyOutcome::KeyRefused;
    };
    let verified = subtle.verify_with_object_and_u8_array_and_u8_array(
        &parameters,
        &key,
        check.signature,
        check.signing_input,
    );
    let Ok(answer) = verified else { return KeyOutcome::WrongSignature };
    if is_true(answer).await { KeyOutcome::Verified } else { KeyOutcome::WrongSignature }
}

/// Whether a promise comes to `true`.
pub async fn is_true(promise: Promise) -> bool {
    JsFuture::from(promise).await.is_ok_and(|answer| answer == JsValue::TRUE)
}

async fn import(subtle: &SubtleCrypto, check: &SignatureCheck<'_>) -> Option<Imported> {
    if let Some(imported) = IMPORTED.with_borrow_mut(|keys| keys.get(check)) {
        return Some(imported);
    }
    // Boxed, so that the function that awaits this one stays small: it is compiled when it is first called.
    let imported: Pin<Box<dyn Future<Output = Option<Imported>> + '_>> = Box::pin(import_anew(subtle, check));
    let imported = imported.await?;
    IMPORTED.with_borrow_mut(|keys| keys.insert(check, imported.clone()));
    Some(imported)
}

async fn import_anew(subtle: &SubtleCrypto, check: &SignatureCheck<'_>) -> Option<Imported> {
    let parameters = parameters(check.algorithm)?;
    let jwk = JSON::parse(check.key.public_jwk()).ok()?.dyn_into::<Object>().ok()?;
    let usages = Array::of1(&"verify".into());
    let promise = subtle.import_key_with_object("jwk", &jwk, &parameters, false, &usages).ok()?;
    let key: CryptoKey = JsFuture::from(promise).await.ok()?.dyn_into().ok()?;
    Some(Imported { key, parameters })
}

/// The algorithm as WebCrypto wants it, for importing a key and for using it.
fn parameters(algorithm: Algorithm) -> Option<Object> {
    let object = Object::new();
    let set = |name: &str, value: JsValue| Reflect::set(&object, &name.into(), &value).ok();
    let name = match algorithm.scheme() {
        Scheme::RsaPkcs1 => "RSASSA-PKCS1-v1_5",
        Scheme::RsaPss { salt_length } => {
            set("saltLength", salt_length.into())?;
            "RSA-PSS"
        }
        Scheme::Ecdsa { curve } => {
            set("namedCurve", curve.into())?;
            "ECDSA"
        }
        Scheme::Ed25519 => "Ed25519",
    };
    set("name", name.into())?;
    if !algorithm.hash().is_empty() {
        set("hash", algorithm.hash().into())?;
    }
    Some(object)
}
