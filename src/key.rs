//! A key of an issuer (RFC 7517), and whether it can verify signatures here.

use jwt_compact::jwk::JsonWebKey;
use serde::Serialize;
use serde_json::{Map, Value};
use sha2::Sha256;

use crate::algorithm::{Algorithm, Scheme};

/// A public key that can verify signatures.
#[derive(Clone, Debug)]
pub struct Key {
    id: Option<String>,
    algorithm: Option<String>,
    kind: Kind,
    jwk: JsonWebKey<'static>,
    thumbprint: [u8; 32],
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Kind {
    Rsa,
    Elliptic(&'static str),
    Ed25519,
}

/// Why a key verifies nothing here.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, thiserror::Error)]
#[serde(rename_all = "snake_case")]
pub enum Unusable {
    /// It is not a JWK, or its `kty` or curve is none of the supported ones; symmetric keys are among these.
    #[error("not a public RSA, EC or Ed25519 key of a supported curve")]
    Unsupported,
    /// `use` is there and not `sig`.
    #[error("`use` is not `sig`")]
    Use,
    /// `key_ops` is there and lacks `verify`.
    #[error("`key_ops` lacks `verify`")]
    Operations,
    /// An RSA modulus that is even or not of 2048 to 8192 bits.
    #[error("an RSA modulus that is even or not of 2048 to 8192 bits")]
    Modulus,
    /// An RSA exponent other than 3, 17 and 65537.
    #[error("an RSA exponent other than 3, 17 and 65537")]
    Exponent,
    /// Coordinates that are not as long as the curve's field.
    #[error("coordinates of the wrong length")]
    Coordinates,
}

impl Key {
    /// Reads a JWK, or says why it cannot be used.
    pub fn parse(entry: &Value) -> Result<Self, Unusable> {
        if entry.get("use").is_some_and(|usage| usage != "sig") {
            return Err(Unusable::Use);
        }
        let verifies = |operations: &Value| {
            operations.as_array().is_some_and(|list| list.iter().any(|operation| operation == "verify"))
        };
        if entry.get("alg").is_some_and(|algorithm| !algorithm.is_string()) {
            return Err(Unusable::Unsupported);
        }
        if entry.get("key_ops").is_some_and(|operations| !verifies(operations)) {
            return Err(Unusable::Operations);
        }
        let jwk = serde_json::from_value(public_part(entry)).map_err(|_| Unusable::Unsupported)?;
        let jwk = normalize(jwk);
        Ok(Self {
            id: member(entry, "kid"),
            algorithm: member(entry, "alg"),
            kind: kind(&jwk)?,
            thumbprint: jwk.thumbprint::<Sha256>().into(),
            jwk,
        })
    }

    /// Its `kid`.
    pub fn id(&self) -> Option<&str> {
        self.id.as_deref()
    }

    /// The SHA-256 thumbprint of RFC 7638.
    pub fn thumbprint(&self) -> &[u8; 32] {
        &self.thumbprint
    }

    /// The public key and nothing else, as JSON: what a platform imports.
    pub fn public_jwk(&self) -> String {
        self.jwk.to_string()
    }

    /// The key's type decides, never the token alone (RFC 8725, section 3.1).
    pub fn fits(&self, algorithm: Algorithm) -> bool {
        let is_of_kind = match algorithm.scheme() {
            Scheme::RsaPkcs1 | Scheme::RsaPss { .. } => self.kind == Kind::Rsa,
            Scheme::Ecdsa { curve } => self.kind == Kind::Elliptic(curve),
            Scheme::Ed25519 => self.kind == Kind::Ed25519,
        };
        is_of_kind && self.algorithm.as_deref().is_none_or(|name| name == algorithm.name())
    }
}

/// The kind of a key, if its numbers are those of one.
fn kind(jwk: &JsonWebKey<'_>) -> Result<Kind, Unusable> {
    match jwk {
        JsonWebKey::Rsa { modulus, public_exponent, .. } => {
            let is_odd = modulus.last().is_some_and(|byte| byte & 1 == 1);
            if !is_odd || !(2048..=8192).contains(&bit_length(modulus)) {
                return Err(Unusable::Modulus);
            }
            match without_leading_zeros(public_exponent) {
                [3 | 17] | [1, 0, 1] => Ok(Kind::Rsa),
                _ => Err(Unusable::Exponent),
            }
        }
        JsonWebKey::EllipticCurve { curve, x, y, .. } => {
            let (curve, length) = match &**curve {
                "P-256" => ("P-256", 32),
                "P-384" => ("P-384", 48),
                "P-521" => ("P-521", 66),
                _ => return Err(Unusable::Unsupported),
            };
            let fits = x.len() == length && y.len() == length;
            if fits { Ok(Kind::Elliptic(curve)) } else { Err(Unusable::Coordinates) }
        }
        JsonWebKey::KeyPair { curve, x, .. } if curve == "Ed25519" => {
            if x.len() == 32 {
                Ok(Kind::Ed25519)
            } else {
                Err(Unusable::Coordinates)
            }
        }
        _ => Err(Unusable::Unsupported),
    }
}

/// The members of a key that count. Private ones, which no issuer should publish, are neither read nor stored.
const PUBLIC_MEMBERS: [&str; 10] = ["kty", "kid", "use", "alg", "key_ops", "crv", "x", "y", "n", "e"];

/// A key's public members; none of what is no object.
pub fn public_part(key: &Value) -> Value {
    let mut public = Map::new();
    for name in PUBLIC_MEMBERS {
        if let Some(value) = key.get(name) {
            public.insert(name.to_owned(), value.clone());
        }
    }
    Value::Object(public)
}

/// A public key, an RSA key's numbers without the leading zeros that some issuers write: equal keys look equal.
fn normalize(mut jwk: JsonWebKey<'static>) -> JsonWebKey<'static> {
    if let JsonWebKey::Rsa { modulus, public_exponent, .. } = &mut jwk {
        for number in [modulus, public_exponent] {
            *number = without_leading_zeros(number).to_vec().into();
        }
    }
    jwk
}

fn without_leading_zeros(number: &[u8]) -> &[u8] {
    let zeros = number.iter().take_while(|byte| **byte == 0).count();
    number.get(zeros..).unwrap_or_default()
}

fn bit_length(number: &[u8]) -> usize {
    let digits = without_leading_zeros(number);
    digits.first().map_or(0, |first| digits.len() * 8 - first.leading_zeros() as usize)
}

/// A member that is a string.
pub fn member(entry: &Value, name: &str) -> Option<String> {
    entry.get(name).and_then(Value::as_str).map(str::to_owned)
}

#[cfg(test)]
pub(crate) mod tests {
    use super::*;
    use base64ct::{Base64UrlUnpadded, Encoding};
    use serde_json::json;

    pub(crate) fn rsa(bytes: usize, last: u8, exponent: &str) -> Value {
        let mut modulus = vec![0xff; bytes];
        modulus[bytes - 1] = last;
        json!({"kty": "RSA", "n": Base64UrlUnpadded::encode_string(&modulus), "e": exponent})
    }

    pub(crate) fn with(mut key: Value, name: &str, value: Value) -> Value {
        key[name] = value;
        key
    }

    fn reason(key: &Value) -> Option<Unusable> {
        Key::parse(key).err()
    }

    #[test]
    fn each_rule_sets_a_key_aside() {
        assert_eq!(reason(&rsa(256, 1, "AQAB")), None);
        assert_eq!(reason(&rsa(1024, 1, "Aw")), None);
        assert_eq!(reason(&rsa(256, 2, "AQAB")), Some(Unusable::Modulus));
        assert_eq!(reason(&rsa(255, 1, "AQAB")), Some(Unusable::Modulus));
        assert_eq!(reason(&rsa(1025, 1, "AQAB")), Some(Unusable::Modulus));
        assert_eq!(reason(&rsa(256, 1, "AQ")), Some(Unusable::Exponent));
        assert_eq!(reason(&with(rsa(256, 1, "AQAB"), "use", json!("enc"))), Some(Unusable::Use));
        assert_eq!(reason(&with(rsa(256, 1, "AQAB"), "use", json!("sig"))), None);
        assert_eq!(
            reason(&with(rsa(256, 1, "AQAB"), "key_ops", json!(["sign"]))),
            Some(Unusable::Operations)
        );
        assert_eq!(reason(&with(rsa(256, 1, "AQAB"), "key_ops", json!(["verify"]))), None);
        assert_eq!(reason(&json!({"kty": "oct", "k": "AAAA"})), Some(Unusable::Unsupported));
        assert_eq!(
            reason(&json!({"kty": "EC", "crv": "P-256", "x": "AA", "y": "AA"})),
            Some(Unusable::Coordinates)
        );
        assert_eq!(
            reason(&json!({"kty": "EC", "crv": "secp256k1", "x": "AA", "y": "AA"})),
            Some(Unusable::Unsupported)
        );
        assert_eq!(reason(&json!(7)), Some(Unusable::Unsupported));
        assert_eq!(reason(&with(rsa(256, 1, "AQAB"), "alg", json!(7))), Some(Unusable::Unsupported));
    }
}
