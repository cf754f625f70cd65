//! A JSON Web Key of an issuer (RFC 7517), and whether it is usable.

use base64ct::{Base64UrlUnpadded, Encoding};
use serde::Serialize;
use serde_json::{Value, json};
use sha2::{Digest, Sha256};

use crate::keys::roca;
use crate::token::algorithm::{Algorithm, Scheme};
use crate::token::strict_json;

/// The longest `kid` of a key, in bytes.
pub const MAX_ID_BYTES: usize = 256;

/// A public key that can verify signatures.
#[derive(Clone, Debug)]
pub struct Jwk {
    id: Option<String>,
    algorithm: Option<String>,
    kind: Kind,
    public_members: Box<str>,
    thumbprint: [u8; 32],
    thumbprint_text: String,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Kind {
    Rsa,
    Elliptic(&'static str),
    Ed25519,
}

/// Why a key is unusable.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, thiserror::Error)]
#[serde(rename_all = "snake_case")]
#[cfg_attr(test, derive(ts_rs::TS))]
pub enum Unusable {
    /// It is not a JWK, or its `kty` or curve is not supported; symmetric keys are not.
    #[error("not a public RSA, EC or Ed25519 key of a supported curve")]
    Unsupported,
    /// Its `kid` is too long.
    #[error("a `kid` of more than {MAX_ID_BYTES} bytes")]
    KeyId,
    /// `use` is present and not `sig`.
    #[error("`use` is not `sig`")]
    Use,
    /// `key_ops` is present and lacks `verify`.
    #[error("`key_ops` lacks `verify`")]
    Operations,
    /// An RSA modulus that is even or not of 2048 to 8192 bits.
    #[error("an RSA modulus that is even or not of 2048 to 8192 bits")]
    Modulus,
    /// An RSA modulus of a library whose keys can be factored.
    #[error(
        "an RSA modulus with the ROCA fingerprint (CVE-2017-15361): its private key can be computed from it"
    )]
    Roca,
    /// An RSA exponent other than 3, 17 and 65537.
    #[error("an RSA exponent other than 3, 17 and 65537")]
    Exponent,
    /// Coordinates that are not as long as the curve's field.
    #[error("coordinates of the wrong length")]
    Coordinates,
}

impl Jwk {
    /// Parses a JWK, unless it is unusable.
    pub fn parse(entry: &Value) -> Result<Self, Unusable> {
        if entry.get("use").is_some_and(|usage| usage != "sig") {
            return Err(Unusable::Use);
        }
        if entry.get("alg").is_some_and(|algorithm| !algorithm.is_string()) {
            return Err(Unusable::Unsupported);
        }
        if entry.get("key_ops").is_some_and(|operations| !verifies(operations)) {
            return Err(Unusable::Operations);
        }
        let id = member(entry, "kid");
        if id.as_ref().is_some_and(|id| id.len() > MAX_ID_BYTES) {
            return Err(Unusable::KeyId);
        }
        let (kind, public_jwk) = read_public(entry)?;
        // The required members in lexicographic order, without white space: the text that RFC 7638 hashes.
        let public_jwk = strict_json::to_text(&public_jwk).into_boxed_str();
        let thumbprint: [u8; 32] = Sha256::digest(public_jwk.as_bytes()).into();
        let thumbprint_text = Base64UrlUnpadded::encode_string(&thumbprint);
        Ok(Self {
            id,
            algorithm: member(entry, "alg"),
            kind,
            public_members: public_jwk,
            thumbprint,
            thumbprint_text,
        })
    }

    /// Its `kid`.
    pub fn id(&self) -> Option<&str> {
        self.id.as_deref()
    }

    /// Its type, `kty`.
    pub fn key_type(&self) -> &'static str {
        match self.kind {
            Kind::Rsa => "RSA",
            Kind::Elliptic(_) => "EC",
            Kind::Ed25519 => "OKP",
        }
    }

    /// The algorithm that it is for, `alg`, if it says so.
    pub fn algorithm(&self) -> Option<&str> {
        self.algorithm.as_deref()
    }

    /// The SHA-256 thumbprint of RFC 7638.
    pub fn thumbprint(&self) -> &[u8; 32] {
        &self.thumbprint
    }

    /// The thumbprint in base64url (RFC 9278).
    pub fn thumbprint_text(&self) -> &str {
        &self.thumbprint_text
    }

    /// The public key alone, as JSON: the form that platforms import.
    pub fn public_jwk(&self) -> &str {
        &self.public_members
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

/// The kind of a key and its public members, if they are valid. Leading zeros, which some issuers write before an RSA key's
/// numbers, are left out, so that equal keys have equal members.
fn read_public(entry: &Value) -> Result<(Kind, Value), Unusable> {
    let text = |name| entry.get(name).and_then(Value::as_str).ok_or(Unusable::Unsupported);
    let bytes = |name| Base64UrlUnpadded::decode_vec(text(name)?).map_err(|_| Unusable::Unsupported);
    let coordinate = |name, length| {
        let bytes = bytes(name)?;
        let is_whole = bytes.len() == length;
        if is_whole { Ok(Base64UrlUnpadded::encode_string(&bytes)) } else { Err(Unusable::Coordinates) }
    };
    match text("kty")? {
        "RSA" => {
            let (modulus, exponent) = (bytes("n")?, bytes("e")?);
            let (modulus, exponent) = (without_leading_zeros(&modulus), without_leading_zeros(&exponent));
            let is_odd = modulus.last().is_some_and(|byte| byte & 1 == 1);
            if !is_odd || !(2048..=8192).contains(&bit_length(modulus)) {
                return Err(Unusable::Modulus);
            }
            if !matches!(exponent, [3 | 17] | [1, 0, 1]) {
                return Err(Unusable::Exponent);
            }
            if roca::has_fingerprint(modulus) {
                return Err(Unusable::Roca);
            }
            let [n, e] = [modulus, exponent].map(Base64UrlUnpadded::encode_string);
            Ok((Kind::Rsa, json!({ "kty": "RSA", "n": n, "e": e })))
        }
        "EC" => {
            let (curve, length) = match text("crv")? {
                "P-256" => ("P-256", 32),
                "P-384" => ("P-384", 48),
                "P-521" => ("P-521", 66),
                _ => return Err(Unusable::Unsupported),
            };
            let (x, y) = (coordinate("x", length)?, coordinate("y", length)?);
            Ok((Kind::Elliptic(curve), json!({ "kty": "EC", "crv": curve, "x": x, "y": y })))
        }
        "OKP" if text("crv")? == "Ed25519" => {
            Ok((Kind::Ed25519, json!({ "kty": "OKP", "crv": "Ed25519", "x": coordinate("x", 32)? })))
        }
        _ => Err(Unusable::Unsupported),
    }
}

/// The part of a key id that is stored. One that is too long stays too long.
pub fn shortened_id(id: &str) -> &str {
    id.get(..id.ceil_char_boundary(MAX_ID_BYTES + 1)).unwrap_or(id)
}

/// Whether `key_ops` allows to verify.
pub fn verifies(operations: &Value) -> bool {
    operations.as_array().is_some_and(|list| list.iter().any(|operation| operation == "verify"))
}

fn without_leading_zeros(number: &[u8]) -> &[u8] {
    let zeros = number.iter().take_while(|byte| **byte == 0).count();
    number.get(zeros..).unwrap_or_default()
}

/// The bits of a number without leading zeros.
fn bit_length(number: &[u8]) -> usize {
    number.first().map_or(0, |first| number.len() * 8 - first.leading_zeros() as usize)
}

/// A member that is a string.
pub fn member(entry: &Value, name: &str) -> Option<String> {
    entry.get(name).and_then(Value::as_str).map(str::to_owned)
}

#[cfg(test)]
pub(crate) mod tests {
    use super::*;

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
        Jwk::parse(key).err()
    }

    #[test]
    fn unusable_keys_are_rejected_with_a_reason() {
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
        assert_eq!(reason(&with(rsa(256, 1, "AQAB"), "kid", json!("k".repeat(256)))), None);
        assert_eq!(reason(&with(rsa(256, 1, "AQAB"), "kid", json!("k".repeat(257)))), Some(Unusable::KeyId));
        let weak = Base64UrlUnpadded::encode_string(&roca::tests::fingerprinted());
        assert_eq!(reason(&with(rsa(256, 1, "AQAB"), "n", json!(weak))), Some(Unusable::Roca));
        assert_eq!(reason(&json!(7)), Some(Unusable::Unsupported));
        assert_eq!(reason(&with(rsa(256, 1, "AQAB"), "alg", json!(7))), Some(Unusable::Unsupported));
    }

    /// The key and the thumbprint of RFC 7638, section 3.1.
    #[test]
    fn a_thumbprint_is_that_of_rfc_7638() {
        let n = "0vx7agoebGcQSuuPiLJXZptN9nndrQmbXEps2aiAFbWhM78LhWx4cbbfAAtVT86zwu1RK7aPFFxuhDR1L6tSoc_BJECPebWKRXjBZCiFV4n3oknjhMstn64tZ_2W-5JsGY4Hc5n9yBXArwl93lqt7_RN5w6Cf0h4QyQ5v-65YGjQR0_FDW2QvzqY368QQMicAtaSqzs8KJZgnYb9c7d0zgdAZHzu6qMQvRL5hajrn1n91CbOpbISD08qNLyrdkt-bFTWhAI4vMQFh6WeZu0fM4lFd2NcRwr3XPksINHaQ-G_xBniIqbw0Ls1jF44-csFCur-kEgU8awapJzKnqDKgw";
        let key =
            Jwk::parse(&json!({"kty": "RSA", "n": n, "e": "AQAB", "alg": "RS256", "kid": "2011-04-29"}))
                .unwrap();
        assert_eq!(key.thumbprint_text(), "NzbLsXh8uDCcd-6MNwXF4W_7noWXFZAfHkxZsRGC9Xs");
        assert_eq!(key.thumbprint_text(), Base64UrlUnpadded::encode_string(key.thumbprint()));
    }
}
