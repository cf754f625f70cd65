//! Client assertions. The input is three lines: header, payload and signature.

#![no_main]

use base64ct::{Base64UrlUnpadded, Encoding};
use edge_authorizer::accounts::{AssertionFault, ClientAssertion};
use edge_authorizer::{KeySet, NumericDate};
use libfuzzer_sys::fuzz_target;
use serde_json::{Value, json};

const ISSUER: &str = "https://a.example/auth";
const NOW: f64 = 1_800_000_000.0;

fuzz_target!(|input: &str| {
    let lines: Vec<_> = input.splitn(3, '\n').collect();
    let [_, payload, _] = lines[..] else { return };
    let parts: Vec<_> = lines.iter().map(|part| Base64UrlUnpadded::encode_string(part.as_bytes())).collect();
    let text = parts.join(".");
    let x = Base64UrlUnpadded::encode_string(&[1; 32]);
    let keys =
        KeySet::parse(&json!({ "keys": [{ "kty": "OKP", "crv": "Ed25519", "x": x }] })).expect("a set");
    let check = |keys| {
        let assertion = ClientAssertion::parse(&text)?;
        let client = assertion.client().to_string();
        let check = assertion.check(keys, ISSUER, NumericDate::from_seconds(NOW), 30.0)?;
        Ok((client, check))
    };
    let Ok((client, checked)) = check(Some(&keys)) else { return };
    let claims: Value = serde_json::from_str(payload).expect("claims");
    assert!(claims["iss"] == client && claims["sub"] == client);
    assert!(claims["aud"] == ISSUER || claims["aud"] == json!([ISSUER]));
    let time = |name: &str| claims[name].as_f64().expect("a time");
    assert!(time("exp") > NOW - 30.0 && time("exp") <= NOW + 3630.0 && time("iat") <= NOW + 30.0);
    assert!(claims["jti"].as_str().is_some_and(|id| !id.is_empty()));
    assert!(checked.signature().key.fits(checked.signature().algorithm));
    if let Ok(verified) = checked.resume(true) {
        let used = verified.into_use();
        assert!(used.until >= NOW && used.until <= NOW + 3660.0 && used.id.len() == 43);
    }
    // Neither a wrong signature nor a decoy proves anything.
    for (keys, is_verified) in [(Some(&keys), false), (None, true)] {
        let Ok((_, checked)): Result<_, AssertionFault> = check(keys) else {
            panic!("claims do not depend on keys")
        };
        assert_eq!(checked.resume(is_verified), Err(AssertionFault::Key));
    }
});
