//! Keys: what an issuer publishes, and what each makes of a signature.

use std::sync::Arc;

use base64ct::{Base64UrlUnpadded, Encoding};
use edge_authorizer::KeyOutcome;
use edge_authorizer::{Algorithm, Issuer, Jwk, KeySet, SignatureCheck, Token, Unusable, discovery};
use serde::{Deserialize, Serialize};
use serde_json::{Value, json};

/// A token, and the keys to try on it.
#[derive(Deserialize)]
pub struct Trial {
    token: String,
    keys: Vec<Value>,
}

/// What each key makes of the token.
#[derive(Serialize)]
pub struct Tried {
    keys: Vec<KeyReport>,
}

/// What a key makes of a token.
#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
struct KeyReport {
    kid: Option<String>,
    thumbprint: Option<String>,
    /// Why it verifies nothing at all.
    unusable: Option<Unusable>,
    /// The same in words.
    reason: Option<String>,
    /// Whether it is of the algorithm's kind.
    fits: bool,
    /// Whether the token names it, or names none.
    is_named: bool,
    /// What came of trying it, whether it is named or not.
    outcome: Option<KeyOutcome>,
}

/// Tries each key, named by the token or not.
pub async fn verify(Trial { token, keys }: Trial) -> Result<Tried, String> {
    let token = Token::parse(&token).map_err(|error| error.to_string())?;
    let mut tried = Tried { keys: Vec::new() };
    for jwk in &keys {
        tried.keys.push(report(&token, jwk).await);
    }
    Ok(tried)
}

async fn report(token: &Token<'_>, jwk: &Value) -> KeyReport {
    let kid = jwk.get("kid").and_then(Value::as_str).map(str::to_owned);
    let is_named = token.key_id().is_none() || token.key_id() == kid.as_deref();
    let mut report = KeyReport {
        kid,
        thumbprint: None,
        unusable: None,
        reason: None,
        fits: false,
        is_named,
        outcome: None,
    };
    match Jwk::parse(jwk) {
        Ok(key) => {
            report.thumbprint = Some(key.thumbprint_text().to_owned());
            report.fits = key.fits(token.algorithm());
            if report.fits {
                let check = SignatureCheck {
                    project: None,
                    algorithm: token.algorithm(),
                    key: &Arc::new(key),
                    signing_input: token.signing_input(),
                    signature: token.signature(),
                };
                report.outcome = Some(webcrypto::check(&check, webcrypto::is_true).await);
            }
        }
        Err(reason) => {
            report.unusable = Some(reason);
            report.reason = Some(reason.to_string());
        }
    }
    report
}

/// What was fetched of an issuer.
#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct Published {
    issuer: String,
    configuration: String,
    key_set: String,
}

/// The keys of an issuer, where configuration and key set are such as the edge takes.
pub fn discover(published: &Published) -> Result<Value, String> {
    let issuer = Issuer::try_from(&*published.issuer).map_err(|error| error.to_string())?;
    discovery::read_configuration(&issuer, published.configuration.as_bytes())
        .map_err(|error| error.to_string())?;
    discovery::read_key_set(published.key_set.as_bytes()).map_err(|error| error.to_string())?;
    serde_json::from_str(&published.key_set).map_err(|error| error.to_string())
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
