//! Signature checks by WebCrypto.

use edge_authorizer::trace::KeyOutcome;
use edge_authorizer::{Algorithm, Scheme, SignatureCheck};
use js_sys::{Array, JSON, Object, Reflect};
use wasm_bindgen::{JsCast, JsValue};
use web_sys::{CryptoKey, SubtleCrypto};

use crate::http;

/// Checks a signature. A key that the platform refuses is none; a check that fails is a wrong signature.
pub async fn check(check: &SignatureCheck<'_>) -> KeyOutcome {
    let Some((subtle, algorithm)) = subtle().zip(parameters(check.algorithm)) else {
        return KeyOutcome::KeyRefused;
    };
    let Some(key) = import(&subtle, &check.key.public_jwk(), &algorithm).await else {
        return KeyOutcome::KeyRefused;
    };
    let verified = subtle.verify_with_object_and_u8_array_and_u8_array(
        &algorithm,
        &key,
        check.signature,
        check.signing_input,
    );
    let Ok(answer) = verified else { return KeyOutcome::WrongSignature };
    match http::wait(answer).await {
        Ok(answer) if answer.is_truthy() => KeyOutcome::Verified,
        _ => KeyOutcome::WrongSignature,
    }
}

fn subtle() -> Option<SubtleCrypto> {
    http::scope().crypto().ok().map(|crypto| crypto.subtle())
}

async fn import(subtle: &SubtleCrypto, jwk: &str, algorithm: &Object) -> Option<CryptoKey> {
    let jwk = JSON::parse(jwk).ok()?.dyn_into::<Object>().ok()?;
    let usages = Array::of1(&"verify".into());
    let promise = subtle.import_key_with_object("jwk", &jwk, algorithm, false, &usages).ok()?;
    http::wait(promise).await.ok()?.dyn_into().ok()
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
