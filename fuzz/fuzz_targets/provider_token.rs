//! Logout tokens, and ID Tokens of a refresh. The input is three lines: header, payload and signature.

#![no_main]

use base64ct::{Base64UrlUnpadded, Encoding};
use edge_authorizer::KeySet;
use edge_authorizer::login::{Ended, RefreshResponse, Verification, verify_logout_token};
use edge_authorizer_fuzz::provider::{CLIENT, ISSUER, NOW, PROVIDER};
use libfuzzer_sys::fuzz_target;
use serde_json::{Value, json};

fuzz_target!(|input: &str| {
    let lines: Vec<_> = input.splitn(3, '\n').collect();
    let [header, payload, _] = lines[..] else { return };
    let parts: Vec<_> = lines.iter().map(|part| Base64UrlUnpadded::encode_string(part.as_bytes())).collect();
    let text = parts.join(".");
    let key = |kid: &str, fill: u8| {
        let [x, y] = [fill, fill + 1].map(|fill| Base64UrlUnpadded::encode_string(&[fill; 32]));
        json!({ "kty": "EC", "crv": "P-256", "kid": kid, "x": x, "y": y })
    };
    let keys = KeySet::parse(&json!({ "keys": [key("a", 1), key("b", 3)] })).expect("a set");
    let (party, skew) = (PROVIDER.party(), 30.0);
    let logout = |is_verified| drive(verify_logout_token(party, &text, NOW, skew), &keys, is_verified);
    let body =
        json!({ "token_type": "Bearer", "access_token": "access-token", "id_token": text }).to_string();
    let refresh = |is_verified| {
        let Ok(response) = RefreshResponse::process(200, body.as_bytes()) else { return None };
        drive(response.verify(party, "ada", NOW, skew), &keys, is_verified)
    };
    assert!(logout(false).is_none() && refresh(false).is_none());
    let (logout, refresh) = (logout(true), refresh(true));
    if logout.is_none() && refresh.is_none() {
        return;
    }
    let claims: Value = serde_json::from_str(payload).expect("claims");
    let header: Value = serde_json::from_str(header).expect("a header");
    assert!(header["alg"] == "ES256" && matches!(header["kid"].as_str(), Some("a" | "b")));
    assert_eq!(claims["iss"], ISSUER);
    let audiences = claims["aud"].as_array().map_or_else(|| vec![claims["aud"].clone()], Clone::clone);
    assert!(audiences.contains(&json!(CLIENT)) && (audiences.len() == 1 || claims["azp"] == CLIENT));
    let time = |name: &str| claims[name].as_f64().expect("a time") - NOW.as_seconds();
    assert!(time("exp") > -skew && time("iat") <= skew && time("iat") >= -600.0 - skew);
    if refresh.is_some() {
        assert_eq!(claims["sub"], "ada");
    }
    if let Some(logout) = logout {
        assert!(claims.get("nonce").is_none() && claims["jti"].is_string());
        assert!(claims["events"]["http://schemas.openid.net/event/backchannel-logout"].is_object());
        assert!(logout.replay_until > NOW && logout.replay_id.len() == 43);
        match logout.ended {
            Ended::Session { sid, .. } => assert_eq!(claims["sid"], sid),
            Ended::Subject(subject) => assert!(claims["sub"] == subject && claims.get("sid").is_none()),
        }
    }
});

/// Goes on to the end with these keys, whose signature checks all end in the same way.
fn drive<V>(mut step: Verification<'_, V>, keys: &KeySet, is_verified: bool) -> Option<V> {
    loop {
        step = match step {
            Verification::Done(outcome) => return outcome.ok(),
            Verification::NeedKeys(need) => need.resume(Ok(keys)),
            Verification::NeedCheck(need) => {
                assert!(need.check().key.fits(need.check().algorithm));
                need.resume(is_verified)
            }
        };
    }
}
