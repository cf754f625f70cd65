//! The keys of an issuer (RFC 7517), and which of them may verify a token.

use std::collections::BTreeSet;
use std::sync::Arc;

use jwt_compact::jwk::JsonWebKey;
use serde::Serialize;
use serde_json::Value;
use sha2::Sha256;

use crate::algorithm::{Algorithm, Scheme};

/// The most keys that are taken of a set.
pub const MAX_KEYS: usize = 100;

/// The most different keys that are tried on one token.
pub const MAX_CANDIDATES: usize = 4;

/// The keys that an issuer publishes. One unusable key does not spoil the others.
#[derive(Clone, Debug)]
pub struct KeySet {
    keys: Vec<Arc<Key>>,
    unusable: Vec<UnusableKey>,
}

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

/// A key that is left aside, and why.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct UnusableKey {
    /// Its `kid`, if it has one.
    pub kid: Option<String>,
    /// What is wrong with it.
    pub reason: Unusable,
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

/// The document is not a key set.
#[derive(Debug, PartialEq, Eq, thiserror::Error)]
#[error("an object with an array `keys` of at most {MAX_KEYS} keys")]
pub struct InvalidKeySet;

/// Why no key can be tried on a token. None and too many are different faults.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum NoCandidates {
    /// No usable key has the token's `kid` and fits its `alg`.
    None,
    /// More than [`MAX_CANDIDATES`] different ones do.
    TooMany,
}

impl KeySet {
    /// Reads a JWK set (RFC 7517, section 5). Keys that cannot be used are kept apart, with the reason.
    pub fn parse(document: &Value) -> Result<Self, InvalidKeySet> {
        let entries = document.get("keys").and_then(Value::as_array).ok_or(InvalidKeySet)?;
        if entries.len() > MAX_KEYS {
            return Err(InvalidKeySet);
        }
        let mut set = Self { keys: Vec::new(), unusable: Vec::new() };
        for entry in entries {
            match Key::parse(entry) {
                Ok(key) => set.keys.push(Arc::new(key)),
                Err(reason) => set.unusable.push(UnusableKey { kid: member(entry, "kid"), reason }),
            }
        }
        Ok(set)
    }

    /// The usable keys, in the order of the document.
    pub fn keys(&self) -> &[Arc<Key>] {
        &self.keys
    }

    /// The keys that were left aside.
    pub fn unusable(&self) -> &[UnusableKey] {
        &self.unusable
    }

    /// The keys to try on a token: those with its `kid` (without one: all) that fit its algorithm, equal keys once.
    pub fn candidates(&self, kid: Option<&str>, algorithm: Algorithm) -> Result<Vec<Arc<Key>>, NoCandidates> {
        let mut seen = BTreeSet::new();
        let candidates: Vec<_> = self
            .keys
            .iter()
            .filter(|key| kid.is_none() || key.id.as_deref() == kid)
            .filter(|key| key.fits(algorithm) && seen.insert(key.thumbprint))
            .cloned()
            .collect();
        match candidates.len() {
            0 => Err(NoCandidates::None),
            1..=MAX_CANDIDATES => Ok(candidates),
            _ => Err(NoCandidates::TooMany),
        }
    }
}

impl Key {
    fn parse(entry: &Value) -> Result<Self, Unusable> {
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
        let jwk = serde_json::from_value::<JsonWebKey<'static>>(entry.clone())
            .map_err(|_| Unusable::Unsupported)?;
        let jwk = normalize(&jwk);
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
    fn fits(&self, algorithm: Algorithm) -> bool {
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

/// The public part, an RSA key's numbers without the leading zeros that some issuers write: equal keys look equal.
fn normalize(jwk: &JsonWebKey<'static>) -> JsonWebKey<'static> {
    let mut jwk = jwk.to_verifying_key();
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

fn member(entry: &Value, name: &str) -> Option<String> {
    entry.get(name).and_then(Value::as_str).map(str::to_owned)
}

#[cfg(test)]
mod tests {
    use super::*;
    use base64ct::{Base64UrlUnpadded, Encoding};
    use serde_json::json;

    fn rsa(bytes: usize, last: u8, exponent: &str) -> Value {
        let mut modulus = vec![0xff; bytes];
        modulus[bytes - 1] = last;
        json!({"kty": "RSA", "n": Base64UrlUnpadded::encode_string(&modulus), "e": exponent})
    }

    fn ed25519(kid: &str, fill: u8) -> Value {
        json!({"kty": "OKP", "crv": "Ed25519", "x": Base64UrlUnpadded::encode_string(&[fill; 32]), "kid": kid})
    }

    fn with(mut key: Value, name: &str, value: Value) -> Value {
        key[name] = value;
        key
    }

    fn reason(key: &Value) -> Option<Unusable> {
        let set = KeySet::parse(&json!({"keys": [key]})).unwrap();
        set.unusable().first().map(|key| key.reason)
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

    #[test]
    fn candidates_have_the_kid_and_fit_the_algorithm() {
        let ps256 = with(with(rsa(256, 1, "AQAB"), "kid", json!("r")), "alg", json!("PS256"));
        let set = KeySet::parse(&json!({"keys": [ed25519("a", 1), ed25519("b", 2), ed25519("c", 1), ps256]}))
            .unwrap();
        let ids = |kid, name| {
            let keys = set.candidates(kid, Algorithm::try_from(name).unwrap())?;
            Ok(keys.iter().map(|key| key.id().unwrap().to_owned()).collect::<Vec<_>>())
        };
        assert_eq!(ids(Some("b"), "EdDSA"), Ok(vec!["b".to_owned()]));
        assert_eq!(ids(None, "EdDSA"), Ok(vec!["a".to_owned(), "b".to_owned()]));
        assert_eq!(ids(Some("b"), "RS256"), Err(NoCandidates::None));
        assert_eq!(ids(Some("r"), "RS256"), Err(NoCandidates::None));
        assert_eq!(ids(Some("r"), "PS256"), Ok(vec!["r".to_owned()]));
        assert_eq!(ids(Some("x"), "EdDSA"), Err(NoCandidates::None));
    }

    #[test]
    fn leading_zeros_make_no_other_key() {
        let set = KeySet::parse(&json!({"keys": [rsa(256, 1, "AQAB"), rsa(256, 1, "AAEAAQ")]})).unwrap();
        assert_eq!(set.candidates(None, Algorithm::try_from("RS256").unwrap()).unwrap().len(), 1);
    }

    #[test]
    fn too_many_different_keys_are_refused() {
        let keys: Vec<_> = (0..5).map(|fill| ed25519("same", fill)).collect();
        let set = KeySet::parse(&json!({"keys": keys})).unwrap();
        let eddsa = Algorithm::try_from("EdDSA").unwrap();
        assert_eq!(set.candidates(Some("same"), eddsa).unwrap_err(), NoCandidates::TooMany);
    }

    #[test]
    fn a_set_has_an_array_of_at_most_100_keys() {
        assert!(KeySet::parse(&json!({"keys": vec![ed25519("k", 1); 100]})).is_ok());
        for bad in [json!({}), json!([]), json!({"keys": {}}), json!({"keys": vec![0; 101]})] {
            assert_eq!(KeySet::parse(&bad).unwrap_err(), InvalidKeySet);
        }
    }
}
