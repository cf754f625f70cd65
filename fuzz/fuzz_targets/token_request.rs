//! Requests for tokens. The input is the `Authorization` header, if its line is not empty, and a form.

#![no_main]

use base64ct::{Base64, Encoding};
use edge_authorizer::accounts::{BasicCredentials, ClientProof, Form, SecretDigest, TokenRequest};
use libfuzzer_sys::fuzz_target;
use url::form_urlencoded;

fuzz_target!(|input: &str| {
    let (header, body) = input.split_once('\n').unwrap_or(("", input));
    check_form(body);
    check_basic(header);
    check_request(Some(header).filter(|header| !header.is_empty()), body);
});

/// A form that is accepted is read as others read it, and has each name once.
fn check_form(body: &str) {
    let Ok(form) = Form::parse(body.as_bytes()) else { return };
    let pairs: Vec<_> = form_urlencoded::parse(body.as_bytes()).collect();
    for (name, value) in &pairs {
        assert_eq!(pairs.iter().filter(|(other, _)| other == name).count(), 1, "{name} is repeated");
        assert_eq!(form.get(name), Some(&**value).filter(|value| !value.is_empty()));
    }
}

/// Credentials that are accepted are base64 of two forms.
fn check_basic(header: &str) {
    let Ok(basic) = BasicCredentials::parse(header) else { return };
    let encoded = header.trim().split_once(' ').expect("a scheme").1.trim();
    let text = String::from_utf8(Base64::decode_vec(encoded).expect("base64")).expect("UTF-8");
    let (id, secret) = text.split_once(':').expect("a colon");
    for (sent, read) in [(id, &basic.client_id), (secret, &basic.secret)] {
        let named = format!("x={}", sent.replace('&', "%26"));
        let (_, value) = form_urlencoded::parse(named.as_bytes()).next().expect("a pair");
        assert_eq!(value, **read);
    }
}

/// A request that is accepted has one proof of one client, and shows no secret.
fn check_request(header: Option<&str>, body: &str) {
    let Ok(request) = TokenRequest::read(header, body.as_bytes()) else { return };
    let form = Form::parse(body.as_bytes()).unwrap_or_else(|_| panic!("a form"));
    assert_eq!(form.get("grant_type"), Some("client_credentials"));
    assert_eq!(form.get("scope"), request.scope.as_deref());
    let client = request.client.to_string();
    assert!(form.get("client_id").is_none_or(|id| id == client));
    let sent = (header.is_some(), form.get("client_secret"), form.get("client_assertion"));
    match (&request.proof, sent) {
        (ClientProof::Secret(_), (true, None, None)) => {}
        (ClientProof::Secret(digest), (false, Some(secret), None)) => {
            assert!(SecretDigest::of(secret) == *digest)
        }
        (ClientProof::Assertion(text), (false, None, Some(assertion))) => assert_eq!(text, assertion),
        _ => panic!("credentials in several ways: {body}"),
    }
    let json = serde_json::to_string(&request).expect("JSON");
    let read: TokenRequest = serde_json::from_str(&json).expect("what was written");
    assert!(read == request);
}
