//! Callers and their tokens.

use serde_json::{Value, json};

use super::keys::keys;

/// The issuer of the tests' entries.
pub const ISSUER: &str = "https://issuer.example.com";

/// The administrator's token.
pub const ADMIN: &str = "the-admin-token-of-all-the-tests";

/// A token of `ISSUER`, with `claims` besides, signed by the key of that name and named as `kid`.
pub fn token(now: f64, claims: &Value, key: &str, kid: &str) -> String {
    let mut all = json!({ "iss": ISSUER, "sub": "someone", "iat": now, "exp": now + 600.0 });
    all.as_object_mut().unwrap().extend(claims.as_object().unwrap().clone());
    keys()[key].sign("ES256", &json!({ "alg": "ES256", "kid": kid, "typ": "JWT" }), &all)
}

/// The public key of that name, as an issuer publishes it under `kid`.
pub fn public_key(key: &str, kid: &str) -> Value {
    let mut jwk = keys()[key].jwk.clone();
    jwk.as_object_mut().unwrap().insert("kid".to_owned(), kid.into());
    jwk
}
