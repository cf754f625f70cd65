//! The stored form of a key that an issuer publishes.

use serde_json::{Map, Value, json};

use crate::keys::jwk::{shortened_id, verifies};

/// The members of a key that are read. Private ones, which no issuer should publish, are neither read nor stored.
const PUBLIC_MEMBERS: [&str; 10] = ["kty", "kid", "use", "alg", "key_ops", "crv", "x", "y", "n", "e"];

/// A key's public members, as far as they decide how it is read: nothing else that an issuer writes is stored, so that
/// a record grows no longer than what was fetched. None of what is no object.
pub fn public_part(key: &Value) -> Value {
    let mut public = Map::new();
    for name in PUBLIC_MEMBERS {
        if let Some(value) = key.get(name) {
            public.insert(name.to_owned(), stored_member(name, value));
        }
    }
    Value::Object(public)
}

fn stored_member(name: &str, value: &Value) -> Value {
    match value {
        Value::String(text) if name == "kid" => shortened_id(text).into(),
        Value::String(text) => text.clone().into(),
        Value::Array(_) if name == "key_ops" => {
            if verifies(value) {
                json!(["verify"])
            } else {
                json!([])
            }
        }
        // What is no text reads like `null`.
        _ => Value::Null,
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::keys::jwk::tests::{rsa, with};
    use crate::keys::jwk::{Jwk, MAX_ID_BYTES, Unusable};

    fn reason(key: &Value) -> Option<Unusable> {
        Jwk::parse(key).err()
    }

    #[test]
    fn stored_jwk_parses_the_same_and_is_not_longer() {
        let key = || rsa(256, 1, "AQAB");
        for key in [
            key(),
            with(with(key(), "kid", json!("k")), "use", json!("sig")),
            with(key(), "key_ops", json!(["verify", 1e15, 1e15, 1e15, 1e15])),
            with(key(), "key_ops", json!(["sign", 1e15])),
            with(key(), "key_ops", json!("verify")),
            with(key(), "use", json!([1e15, 1e15])),
            with(key(), "alg", json!({"a": 1e15})),
            with(key(), "kid", json!(7)),
            with(key(), "kid", json!("ü".repeat(100_000))),
            with(key(), "n", json!(7)),
            json!(7),
        ] {
            let stored = public_part(&key);
            assert_eq!(reason(&stored), reason(&key), "{stored}");
            // The number is written longer than it was sent, and `null` longer than a digit.
            let sent = key.to_string().replace("1000000000000000.0", "1e15");
            assert!(stored.to_string().len() <= sent.len() + 3, "{sent}");
        }
    }

    #[test]
    fn long_kid_is_shortened_when_stored() {
        for id in ["k".repeat(200_000), "ü".repeat(200_000), "😀".repeat(200_000)] {
            let stored = public_part(&with(rsa(256, 1, "AQAB"), "kid", json!(id)));
            let kept = stored["kid"].as_str().unwrap();
            assert!((MAX_ID_BYTES + 1..=MAX_ID_BYTES + 4).contains(&kept.len()), "{}", kept.len());
            assert_eq!(reason(&stored), Some(Unusable::KeyId));
        }
    }
}
