//! Keys, and what each makes of a signature.

use std::sync::Arc;

use base64ct::{Base64UrlUnpadded, Encoding};
use edge_authorizer::inspection::{KeyReport, KeyResult, VerifyAnswer, VerifyQuestion};
use edge_authorizer::{Algorithm, Jwk, KeySet, SignatureCheck, Token};
use serde::Deserialize;
use serde_json::{Value, json};

/// Tries each key, named by the token or not.
pub async fn verify(VerifyQuestion { token, keys }: VerifyQuestion) -> Result<VerifyAnswer, String> {
    let token = Token::parse(&token).map_err(|error| error.to_string())?;
    let mut reports = Vec::new();
    for jwk in &keys {
        reports.push(report(&token, jwk).await);
    }
    Ok(VerifyAnswer::new(reports))
}

async fn report(token: &Token<'_>, jwk: &Value) -> KeyReport {
    let kid = jwk.get("kid").and_then(Value::as_str).map(str::to_owned);
    let is_named = token.key_id().is_none() || token.key_id() == kid.as_deref();
    let key = match Jwk::parse(jwk) {
        Ok(key) => key,
        Err(reason) => return KeyReport::new(kid, None, KeyResult::Unusable(reason)),
    };
    let thumbprint = Some(key.thumbprint_text().to_owned());
    if !key.fits(token.algorithm()) {
        return KeyReport::new(kid, thumbprint, KeyResult::OtherAlgorithm);
    }
    let check = SignatureCheck {
        project: None,
        algorithm: token.algorithm(),
        key: &Arc::new(key),
        signing_input: token.signing_input(),
        signature: token.signature(),
    };
    let outcome = webcrypto::check(&check, webcrypto::is_true).await;
    KeyReport::new(kid, thumbprint, KeyResult::Tried { is_named, outcome })
}

/// Something that may be signed by a key.
#[derive(Deserialize)]
pub struct Signed {
    algorithm: String,
    jwk: Value,
    input: String,
    signature: String,
}

/// Checks a signature.
pub async fn check(signed: Signed) -> Result<Value, String> {
    let algorithm = Algorithm::try_from(&*signed.algorithm).map_err(|error| error.to_string())?;
    let bytes = |text: &str| Base64UrlUnpadded::decode_vec(text).map_err(|error| error.to_string());
    let (input, signature) = (bytes(&signed.input)?, bytes(&signed.signature)?);
    let keys = KeySet::parse(&json!({ "keys": [signed.jwk] })).map_err(|error| error.to_string())?;
    if let Some(unusable) = keys.unusable().first() {
        return Err(unusable.reason.to_string());
    }
    let candidates =
        keys.candidates(None, algorithm, |_| true).map_err(|_| "the key does not fit the algorithm")?;
    let mut outcomes = Vec::new();
    for key in candidates {
        let check = SignatureCheck {
            project: None,
            algorithm,
            key: &key,
            signing_input: &input,
            signature: &signature,
        };
        outcomes.push(webcrypto::check(&check, webcrypto::is_true).await);
    }
    Ok(json!({ "outcomes": outcomes }))
}
