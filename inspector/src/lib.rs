//! The core for the browser. So far it checks an entry and a signature; the page that uses them is still to come.

use base64ct::{Base64UrlUnpadded, Encoding};
use edge_authorizer::document::Fault;
use edge_authorizer::trace::KeyOutcome;
use edge_authorizer::{Algorithm, CustomIdp, KeySet, SignatureCheck, json};
use serde::Deserialize;
use serde_json::{Value, json};
use wasm_bindgen::prelude::wasm_bindgen;

/// The faults of an identity provider's entry, as a JSON array; an empty one if there are none.
#[wasm_bindgen]
pub fn check_idp(entry: &str) -> String {
    let faults = match json::from_slice(entry.as_bytes()) {
        Ok(document) => {
            CustomIdp::parse(&document).err().map_or_else(Vec::new, |faults| faults.as_slice().to_vec())
        }
        Err(error) => {
            vec![Fault { pointer: String::new(), value: None, expected: format!("JSON ({error})") }]
        }
    };
    serde_json::to_string(&faults).unwrap_or_default()
}

/// Checks a signature: `{"algorithm", "jwk", "input", "signature"}` as JSON, the last two in base64url, gives
/// `{"outcomes": […]}`, one for each key that was tried, or `{"error": "…"}`.
#[wasm_bindgen]
pub async fn check_signature(request: String) -> String {
    match checked(&request).await {
        Ok(outcomes) => json!({ "outcomes": outcomes }),
        Err(error) => json!({ "error": error }),
    }
    .to_string()
}

#[derive(Deserialize)]
struct SignatureRequest {
    algorithm: String,
    jwk: Value,
    input: String,
    signature: String,
}

async fn checked(request: &str) -> Result<Vec<KeyOutcome>, String> {
    let request: SignatureRequest = serde_json::from_str(request).map_err(|error| error.to_string())?;
    let algorithm = Algorithm::try_from(&*request.algorithm).map_err(|error| error.to_string())?;
    let bytes = |text: &str| Base64UrlUnpadded::decode_vec(text).map_err(|error| error.to_string());
    let (input, signature) = (bytes(&request.input)?, bytes(&request.signature)?);
    let keys = KeySet::parse(&json!({ "keys": [request.jwk] })).map_err(|error| error.to_string())?;
    if let Some(unusable) = keys.unusable().first() {
        return Err(unusable.reason.to_string());
    }
    let mut outcomes = Vec::new();
    for key in keys.candidates(None, algorithm, |_| true).map_err(|_| "the key does not fit the algorithm")? {
        let check = SignatureCheck { algorithm, key: &key, signing_input: &input, signature: &signature };
        outcomes.push(webcrypto::check(&check).await);
    }
    Ok(outcomes)
}
