//! JWK sets. The input is the JSON that an issuer publishes.

#![no_main]

use edge_authorizer::{Algorithm, Jwk, KeySet};
use edge_authorizer_fuzz::document;
use libfuzzer_sys::fuzz_target;
use serde_json::Value;
use sha2::{Digest, Sha256};

const FAMILIES: [&[&str]; 5] =
    [&["RS256", "RS384", "RS512", "PS256", "PS384", "PS512"], &["ES256"], &["ES384"], &["ES512"], &["EdDSA"]];

fuzz_target!(|input: &[u8]| {
    let Some(document) = document(input) else { return };
    let Ok(set) = KeySet::parse(&document) else { return };
    let entries = document["keys"].as_array().expect("a set without `keys` was taken");
    assert_eq!(set.keys().len() + set.unusable().len(), entries.len());
    assert!(entries.len() <= 100);
    for key in set.keys() {
        check(key);
    }
    for name in FAMILIES.into_iter().flatten() {
        let algorithm = Algorithm::try_from(*name).expect("a supported algorithm");
        for kid in set.keys().iter().map(|key| key.id()).chain([None, Some("none has this")]) {
            let Ok(candidates) = set.candidates(kid, algorithm, |_| true) else { continue };
            let most = if kid.is_some() { 4 } else { 2 };
            assert!((1..=most).contains(&candidates.len()));
            assert!(candidates.iter().all(|key| key.fits(algorithm) && (kid.is_none() || key.id() == kid)));
            assert!(kid.is_none_or(|kid| set.knows(kid)));
            assert!(set.candidates(kid, algorithm, |_| false).is_err());
        }
    }
});

fn check(key: &Jwk) {
    let public: Value = serde_json::from_str(key.public_jwk()).expect("a JWK is JSON");
    let members = public.as_object().expect("a JWK is an object");
    let names: Vec<_> = members.keys().map(String::as_str).collect();
    assert!(
        matches!(names[..], ["e", "kty", "n"] | ["crv", "kty", "x", "y"] | ["crv", "kty", "x"]),
        "{names:?}"
    );
    assert_eq!(key.thumbprint()[..], Sha256::digest(key.public_jwk())[..]);
    let again = Jwk::parse(&public).expect("what is handed to the platform is a key");
    assert_eq!((again.public_jwk(), again.thumbprint()), (key.public_jwk(), key.thumbprint()));
    // RFC 8725, section 3.1: a key is for one kind of algorithm, whatever a token says.
    let fits = |name: &&str| Algorithm::try_from(*name).is_ok_and(|algorithm| key.fits(algorithm));
    let families = FAMILIES.iter().filter(|family| family.iter().any(|name| fits(name)));
    assert!(families.count() <= 1);
}
