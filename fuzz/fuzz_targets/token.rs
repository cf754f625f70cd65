//! Tokens. The input is a token, or three lines that make one: header, payload and signature.

#![no_main]

use base64ct::{Base64UrlUnpadded, Encoding};
use edge_authorizer::{MAX_TOKEN_LENGTH, Token};
use libfuzzer_sys::fuzz_target;
use serde_json::Value;

fuzz_target!(|input: &str| {
    let lines: Vec<_> = input.splitn(3, '\n').collect();
    if let [header, payload, signature] = lines[..] {
        let parts =
            [header, payload, signature].map(|part| Base64UrlUnpadded::encode_string(part.as_bytes()));
        check(&parts.join("."));
    }
    check(input);
});

fn check(text: &str) {
    let Ok(token) = Token::parse(text) else { return };
    assert!(text.len() <= MAX_TOKEN_LENGTH);
    let parts: Vec<_> = text.split('.').collect();
    let [header, payload, signature] = parts[..] else { panic!("not of three parts: {text}") };
    assert_eq!(token.signing_input(), format!("{header}.{payload}").as_bytes());
    // One spelling only: what is decoded and encoded again is what was sent.
    assert_eq!(Base64UrlUnpadded::encode_string(token.signature()), signature);
    let [header, payload] = [header, payload].map(|part| {
        let bytes = Base64UrlUnpadded::decode_vec(part).expect("strict base64url");
        assert_eq!(Base64UrlUnpadded::encode_string(&bytes), part);
        serde_json::from_slice::<Value>(&bytes).expect("JSON")
    });
    assert_eq!(header["alg"], token.algorithm().name());
    assert_eq!(header.get("kid").and_then(Value::as_str), token.key_id());
    assert!(header.get("crit").is_none());
    assert_eq!(payload["iss"], token.unverified_claims().issuer());
    assert!(payload["exp"].is_number() && payload["iat"].is_number());
    assert!(payload.get("nbf").is_none_or(Value::is_number));
    for other in [format!("{text}="), format!("{text}.x"), format!(" {text}"), text.replacen('.', "=.", 1)] {
        assert!(Token::parse(&other).is_err(), "a second spelling: {other}");
    }
}
