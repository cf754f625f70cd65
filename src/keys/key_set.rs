//! The keys of an issuer (RFC 7517), and which of them may verify a token.

use std::sync::Arc;

use serde::Serialize;
use serde_json::Value;

use crate::keys::jwk::{Jwk, Unusable, member, shortened_id};
use crate::token::algorithm::Algorithm;

/// The most keys of a set.
pub const MAX_KEYS: usize = 100;

/// The most different keys that are tried on one token.
pub const MAX_CANDIDATES: usize = 4;

/// The same for a token without `kid`: each costs a signature check, even for a forged token.
pub const MAX_CANDIDATES_WITHOUT_ID: usize = 2;

/// The keys that an issuer publishes. Unusable ones do not affect the others.
#[derive(Clone, Debug)]
pub struct KeySet {
    keys: Vec<Arc<Jwk>>,
    unusable: Vec<UnusableKey>,
}

/// An unusable key, and why.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct UnusableKey {
    /// Its `kid`, if it has one; cut where it is too long.
    pub kid: Option<String>,
    /// What is wrong.
    pub reason: Unusable,
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
    /// The project blocks those that do.
    #[serde(rename = "distrusted")]
    Blocked,
    /// More than `MAX_CANDIDATES` different ones do, or `MAX_CANDIDATES_WITHOUT_ID` for a token without `kid`.
    TooMany,
}

impl KeySet {
    /// Reads a JWK set (RFC 7517, section 5). Unusable keys are kept apart, with the reason.
    pub fn parse(document: &Value) -> Result<Self, InvalidKeySet> {
        let entries = document.get("keys").and_then(Value::as_array).ok_or(InvalidKeySet)?;
        if entries.len() > MAX_KEYS {
            return Err(InvalidKeySet);
        }
        let mut set = Self { keys: Vec::new(), unusable: Vec::new() };
        for entry in entries {
            match Jwk::parse(entry) {
                Ok(key) => set.keys.push(Arc::new(key)),
                Err(reason) => {
                    let kid = member(entry, "kid").map(|kid| shortened_id(&kid).to_owned());
                    set.unusable.push(UnusableKey { kid, reason });
                }
            }
        }
        set.keys.shrink_to_fit();
        set.unusable.shrink_to_fit();
        Ok(set)
    }

    /// The usable keys, in the order of the document.
    pub fn keys(&self) -> &[Arc<Jwk>] {
        &self.keys
    }

    /// The unusable keys.
    pub fn unusable(&self) -> &[UnusableKey] {
        &self.unusable
    }

    /// Whether a key has that `kid`, usable or not.
    pub fn knows(&self, kid: &str) -> bool {
        self.keys.iter().any(|key| key.id() == Some(kid))
            || self.unusable.iter().any(|key| key.kid.as_deref() == Some(kid))
    }

    /// The keys to try on a token: those with its `kid` (without one: all) that fit its algorithm, equal keys once.
    /// Those that are not `trusted` are skipped.
    pub fn candidates(
        &self,
        kid: Option<&str>,
        algorithm: Algorithm,
        trusted: impl Fn(&Jwk) -> bool,
    ) -> Result<Vec<Arc<Jwk>>, NoCandidates> {
        let mut candidates: Vec<Arc<Jwk>> = Vec::new();
        for key in self.keys.iter().filter(|key| (kid.is_none() || key.id() == kid) && key.fits(algorithm)) {
            if !candidates.iter().any(|other| other.thumbprint() == key.thumbprint()) {
                candidates.push(key.clone());
            }
        }
        let fitting = candidates.len();
        candidates.retain(|key| trusted(key));
        let most = if kid.is_some() { MAX_CANDIDATES } else { MAX_CANDIDATES_WITHOUT_ID };
        match candidates.len() {
            0 if fitting > 0 => Err(NoCandidates::Blocked),
            0 => Err(NoCandidates::None),
            count if count <= most => Ok(candidates),
            _ => Err(NoCandidates::TooMany),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::keys::jwk::tests::{rsa, with};
    use base64ct::{Base64UrlUnpadded, Encoding};
    use serde_json::json;

    fn ed25519(kid: &str, fill: u8) -> Value {
        json!({"kty": "OKP", "crv": "Ed25519", "x": Base64UrlUnpadded::encode_string(&[fill; 32]), "kid": kid})
    }

    #[test]
    fn candidates_have_the_kid_and_fit_the_algorithm() {
        let ps256 = with(with(rsa(256, 1, "AQAB"), "kid", json!("r")), "alg", json!("PS256"));
        let set = KeySet::parse(&json!({"keys": [ed25519("a", 1), ed25519("b", 2), ed25519("c", 1), ps256]}))
            .unwrap();
        let ids = |kid, name| {
            let keys = set.candidates(kid, Algorithm::try_from(name).unwrap(), |_| true)?;
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
    fn leading_zeros_do_not_make_a_different_key() {
        let set = KeySet::parse(&json!({"keys": [rsa(256, 1, "AQAB"), rsa(256, 1, "AAEAAQ")]})).unwrap();
        assert_eq!(set.candidates(None, Algorithm::try_from("RS256").unwrap(), |_| true).unwrap().len(), 1);
    }

    #[test]
    fn too_many_candidates_are_rejected() {
        let keys: Vec<_> = (0..5).map(|fill| ed25519("same", fill)).collect();
        let set = KeySet::parse(&json!({"keys": keys})).unwrap();
        let eddsa = Algorithm::try_from("EdDSA").unwrap();
        assert_eq!(set.candidates(Some("same"), eddsa, |_| true).unwrap_err(), NoCandidates::TooMany);
    }

    #[test]
    fn token_without_kid_tries_at_most_two_keys() {
        let set = |count| {
            let keys: Vec<_> = (0..count).map(|fill| ed25519("same", fill)).collect();
            KeySet::parse(&json!({"keys": keys})).unwrap()
        };
        let eddsa = Algorithm::try_from("EdDSA").unwrap();
        let tried = |count, kid| set(count).candidates(kid, eddsa, |_| true).map(|keys| keys.len());
        assert_eq!([tried(2, None), tried(3, None)], [Ok(2), Err(NoCandidates::TooMany)]);
        assert_eq!([tried(4, Some("same")), tried(5, Some("same"))], [Ok(4), Err(NoCandidates::TooMany)]);
        // Keys that the project blocks are not tried.
        let first = set(1).keys()[0].clone();
        let trusted = |key: &Jwk| key.thumbprint() != first.thumbprint();
        assert_eq!(set(3).candidates(None, eddsa, trusted).unwrap().len(), 2);
    }

    #[test]
    fn kid_of_an_unusable_key_is_shortened() {
        let set = KeySet::parse(&json!({"keys": [ed25519(&"k".repeat(200_000), 1)]})).unwrap();
        let unusable = &set.unusable()[0];
        assert_eq!((unusable.kid.as_ref().unwrap().len(), unusable.reason), (257, Unusable::KeyId));
    }

    #[test]
    fn a_set_has_an_array_of_at_most_100_keys() {
        assert!(KeySet::parse(&json!({"keys": vec![ed25519("k", 1); 100]})).is_ok());
        for bad in [json!({}), json!([]), json!({"keys": {}}), json!({"keys": vec![0; 101]})] {
            assert_eq!(KeySet::parse(&bad).unwrap_err(), InvalidKeySet);
        }
    }
}
