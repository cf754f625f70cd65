//! Prints the signature vectors of Project Wycheproof that concern the supported algorithms, as JSON: a list of
//! `{set, algorithm, jwk, tests: [{id, comment, message, signature, result}]}`, bytes in base64url.

#![allow(clippy::expect_used, clippy::indexing_slicing, reason = "a tool of the tests may panic")]

use base64ct::{Base64UrlUnpadded, Encoding};
use serde_json::{Value, json};
use wycheproof::{EllipticCurve, HashFunction, TestResult, ecdsa, eddsa, rsa_pkcs1_verify, rsa_pss_verify};

fn main() {
    let groups: Vec<Value> =
        ecdsa_groups().chain(eddsa_groups()).chain(pkcs1_groups()).chain(pss_groups()).collect();
    println!("{}", Value::Array(groups));
}

/// A group of one key, its tests made by the macro because each module has test types of its own.
macro_rules! group {
    ($name:expr, $algorithm:expr, $jwk:expr, $group:expr) => {{
        let tests = $group.tests.iter().map(|test| {
            let result = match test.result {
                TestResult::Valid => "valid",
                TestResult::Invalid => "invalid",
                TestResult::Acceptable => "acceptable",
            };
            json!({
                "id": test.tc_id,
                "comment": test.comment,
                "message": base64url(&test.msg),
                "signature": base64url(&test.sig),
                "result": result,
            })
        });
        json!({ "set": $name, "algorithm": $algorithm, "jwk": $jwk, "tests": tests.collect::<Vec<_>>() })
    }};
}

fn ecdsa_groups() -> impl Iterator<Item = Value> {
    use ecdsa::{TestName, TestSet};
    let sets = [
        (TestName::EcdsaSecp256r1Sha256P1363, "ES256", "P-256", EllipticCurve::Secp256r1),
        (TestName::EcdsaSecp384r1Sha384P1363, "ES384", "P-384", EllipticCurve::Secp384r1),
        (TestName::EcdsaSecp521r1Sha512P1363, "ES512", "P-521", EllipticCurve::Secp521r1),
    ];
    sets.into_iter().flat_map(|(name, algorithm, crv, curve)| {
        let set = TestSet::load(name).expect("the set is part of the crate");
        set.test_groups.into_iter().map(move |group| {
            assert_eq!(group.key.curve, curve);
            let point = &group.key.key[1..];
            let (x, y) = point.split_at(point.len() / 2);
            let jwk = json!({ "kty": "EC", "crv": crv, "x": base64url(x), "y": base64url(y) });
            group!(format!("{name:?}"), algorithm, jwk, group)
        })
    })
}

fn eddsa_groups() -> impl Iterator<Item = Value> {
    let set = eddsa::TestSet::load(eddsa::TestName::Ed25519).expect("the set is part of the crate");
    set.test_groups.into_iter().map(|group| {
        let jwk = json!({ "kty": "OKP", "crv": "Ed25519", "x": base64url(&group.key.pk) });
        group!("Ed25519", "EdDSA", jwk, group)
    })
}

fn pkcs1_groups() -> impl Iterator<Item = Value> {
    use rsa_pkcs1_verify::{TestName, TestSet};
    TestName::all().into_iter().flat_map(|name| {
        let set = TestSet::load(name).expect("the set is part of the crate");
        set.test_groups.into_iter().filter_map(move |group| {
            let algorithm = format!("RS{}", sha2_bits(group.hash)?);
            let jwk = json!({ "kty": "RSA", "n": base64url(&group.key.n), "e": base64url(&group.key.e) });
            Some(group!(format!("{name:?}"), algorithm, jwk, group))
        })
    })
}

/// With the algorithm's own hash, MGF and salt length (RFC 7518, section 3.5).
fn pss_groups() -> impl Iterator<Item = Value> {
    use rsa_pss_verify::{TestName, TestSet};
    TestName::all().into_iter().flat_map(|name| {
        let set = TestSet::load(name).expect("the set is part of the crate");
        set.test_groups.into_iter().filter_map(move |group| {
            let bits = sha2_bits(group.hash)?;
            if group.mgf_hash != Some(group.hash) || group.salt_size != bits / 8 {
                return None;
            }
            let jwk = json!({ "kty": "RSA", "n": base64url(&group.key.n), "e": base64url(&group.key.e) });
            Some(group!(format!("{name:?}"), format!("PS{bits}"), jwk, group))
        })
    })
}

fn sha2_bits(hash: HashFunction) -> Option<usize> {
    match hash {
        HashFunction::Sha2_256 => Some(256),
        HashFunction::Sha2_384 => Some(384),
        HashFunction::Sha2_512 => Some(512),
        _ => None,
    }
}

fn base64url(bytes: &[u8]) -> String {
    Base64UrlUnpadded::encode_string(bytes)
}
