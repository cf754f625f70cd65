//! Keys as a person pastes them: a JWK set, a list of JWKs, one JWK, or PEM.

use serde::Serialize;
use serde_json::{Value, json};

use super::pem::{NoPublicKey, read_pem};
use crate::keys::key_set::{InvalidKeySet, KeySet};
use crate::keys::stored_jwk::public_part;
use crate::token::strict_json;

/// The text has no keys that can be read.
#[derive(Debug, thiserror::Error)]
pub enum InvalidKeys {
    /// It begins as JSON and is none.
    #[error("not JSON: {0}")]
    Json(#[from] serde_json::Error),
    /// It is JSON of another form.
    #[error("not {InvalidKeySet}")]
    KeySet,
    /// It is no PEM of public keys.
    #[error(transparent)]
    Pem(#[from] NoPublicKey),
}

/// The keys of a text, each without its private members.
#[derive(Clone, Debug, PartialEq, Serialize)]
#[cfg_attr(test, derive(ts_rs::TS))]
pub struct PastedKeys {
    /// The keys as JWKs, which need not be usable.
    #[cfg_attr(test, ts(type = "Array<Record<string, unknown>>"))]
    pub keys: Vec<Value>,
}

/// Reads the keys of a text.
pub fn read_keys(text: &str) -> Result<PastedKeys, InvalidKeys> {
    let text = text.trim();
    let keys = if text.is_empty() {
        Vec::new()
    } else if text.starts_with(['{', '[']) {
        read_json(text)?
    } else {
        read_pem(text)?
    };
    Ok(PastedKeys { keys })
}

fn read_json(text: &str) -> Result<Vec<Value>, InvalidKeys> {
    let set = match strict_json::from_slice(text.as_bytes())? {
        Value::Array(keys) => json!({ "keys": keys }),
        set if set.get("keys").is_some() => set,
        key => json!({ "keys": [key] }),
    };
    KeySet::parse(&set).map_err(|InvalidKeySet| InvalidKeys::KeySet)?;
    Ok(set.get("keys").and_then(Value::as_array).into_iter().flatten().map(public_part).collect())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn keys_are_read_from_each_form() {
        let key =
            json!({ "kty": "OKP", "crv": "Ed25519", "x": "mNt0DE_2fFiIjtWYIgmWQhIXFyWvULnxrqELULUkWOw" });
        for text in [
            key.to_string(),
            json!([key]).to_string(),
            json!({ "keys": [key] }).to_string(),
            "MCowBQYDK2VwAyEAmNt0DE/2fFiIjtWYIgmWQhIXFyWvULnxrqELULUkWOw=".to_owned(),
        ] {
            assert_eq!(read_keys(&format!("\n{text}\n")).unwrap().keys, std::slice::from_ref(&key), "{text}");
        }
        assert!(read_keys(" ").unwrap().keys.is_empty());
    }

    #[test]
    fn private_members_are_left_out() {
        let keys = read_keys(r#"[{"kty":"oct","k":"AA"},{"kty":"OKP","d":"AA"},7]"#).unwrap().keys;
        assert_eq!(keys, [json!({ "kty": "oct" }), json!({ "kty": "OKP" }), json!({})]);
    }

    #[test]
    fn what_is_no_key_set_is_refused() {
        let error = |text: &str| read_keys(text).unwrap_err().to_string();
        assert!(error("{").starts_with("not JSON: "));
        assert!(error(r#"{"kty":"RSA","kty":"RSA"}"#).starts_with("not JSON: "));
        let no_set = "not an object with an array `keys` of at most 100 keys";
        assert_eq!(error(r#"{"keys":7}"#), no_set);
        assert_eq!(error(&json!(vec![0; 101]).to_string()), no_set);
        assert_eq!(error("AAAA"), "a public key that is not one of RSA, EC or Ed25519");
    }
}
