//! A key that the gateway's own issuer signs with.

use serde::{Deserialize, Serialize};
use serde_json::{Map, Value, json};

use crate::keys::jwk::Jwk;
use crate::token::numeric_date::NumericDate;

/// A key pair for ES256 whose private key is sealed. Its id is the thumbprint of the public key (RFC 7638).
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct SigningKey {
    kid: String,
    jwk: Value,
    /// The private key, sealed.
    pub sealed: String,
    /// When it was made.
    created_at: NumericDate,
    /// When the replicas had it first.
    published_at: Option<NumericDate>,
}

/// A key that no longer signs. Its private key is gone.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct RetiredKey {
    kid: String,
    jwk: Value,
    /// When another key took over.
    retired_at: NumericDate,
    /// When the replicas had that one.
    replaced_at: Option<NumericDate>,
}

/// The public key is not one for ES256.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
#[error("not a public key of the curve P-256")]
pub struct NotEs256;

impl SigningKey {
    /// The id of the key with the public part `jwk`: what its private key is sealed for.
    pub fn id_of(jwk: &Value) -> Result<String, NotEs256> {
        let key = Jwk::parse(jwk).map_err(|_| NotEs256)?;
        if jwk.get("crv").and_then(Value::as_str) == Some("P-256") {
            Ok(key.thumbprint_text().to_owned())
        } else {
            Err(NotEs256)
        }
    }

    /// A key that was made now. Of `jwk`, only the public members of an EC key are kept.
    pub fn new(jwk: &Value, sealed: String, now: NumericDate) -> Result<Self, NotEs256> {
        let kid = Self::id_of(jwk)?;
        let mut public = Map::new();
        for name in ["kty", "crv", "x", "y"] {
            public.insert(name.to_owned(), jwk.get(name).cloned().unwrap_or_default());
        }
        for (name, value) in [("kid", json!(kid)), ("use", json!("sig")), ("alg", json!("ES256"))] {
            public.insert(name.to_owned(), value);
        }
        Ok(Self { kid, jwk: Value::Object(public), sealed, created_at: now, published_at: None })
    }

    /// Its id.
    pub fn kid(&self) -> &str {
        &self.kid
    }

    /// Its public key, as it is published.
    pub fn jwk(&self) -> &Value {
        &self.jwk
    }

    /// When it was made.
    pub fn created_at(&self) -> NumericDate {
        self.created_at
    }

    /// When the replicas had it first.
    pub fn published_at(&self) -> Option<NumericDate> {
        self.published_at
    }

    /// Notes that the replicas have it.
    pub fn note_published(&mut self, now: NumericDate) {
        self.published_at.get_or_insert(now);
    }

    /// The same key, which no replica has.
    pub fn unpublished(self) -> Self {
        Self { published_at: None, ..self }
    }

    /// The key once it no longer signs.
    pub fn retired(self, now: NumericDate) -> RetiredKey {
        RetiredKey { kid: self.kid, jwk: self.jwk, retired_at: now, replaced_at: None }
    }
}

impl RetiredKey {
    /// Its id.
    pub fn kid(&self) -> &str {
        &self.kid
    }

    /// Its public key, as it is published.
    pub fn jwk(&self) -> &Value {
        &self.jwk
    }

    /// When another key took over.
    pub fn retired_at(&self) -> NumericDate {
        self.retired_at
    }

    /// When the replicas had that one: until then, it may still be signed with this one.
    pub fn replaced_at(&self) -> Option<NumericDate> {
        self.replaced_at
    }

    /// Notes that the replicas have the key that took over.
    pub fn note_replaced(&mut self, now: NumericDate) {
        self.replaced_at.get_or_insert(now);
    }
}
