//! The `Cookie` header of a request. The input is its value.

#![no_main]

use edge_authorizer::gateway_cookies::without_own;
use edge_authorizer::users::{LOGIN_COOKIE, SESSION_COOKIE, SessionCookie};
use libfuzzer_sys::fuzz_target;

fuzz_target!(|input: &str| {
    let stripped = without_own(input);
    let pairs = |header: &str, separators: &[char]| -> Vec<(String, Option<String>)> {
        let trim = |text: &str| text.trim_matches([' ', '\t']).to_owned();
        let parts = header.split(separators).filter(|part| !trim(part).is_empty());
        let parse = |part: &str| match part.split_once('=') {
            Some((name, value)) => (trim(name), Some(trim(value))),
            None => (trim(part), None),
        };
        parts.map(parse).collect()
    };
    let is_own = |(name, value): &(String, Option<String>)| {
        [SESSION_COOKIE, LOGIN_COOKIE].contains(&&**name) && value.is_some()
    };
    let (sent, left) = (pairs(input, &[';', ',']), pairs(&stripped, &[';', ',']));
    let others: Vec<_> = sent.into_iter().filter(|pair| !is_own(pair)).collect();
    assert_eq!(left, others, "the others are as they were, and none of the gateway's is among them");
    assert_eq!(without_own(&stripped), stripped);
    // A comma may be part of a value.
    let mut sessions = pairs(input, &[';']);
    sessions.retain(|(name, value)| name == SESSION_COOKIE && value.is_some());
    match SessionCookie::read(input) {
        Ok(Some(cookie)) => {
            assert_eq!(sessions, [(SESSION_COOKIE.to_owned(), Some(cookie.reveal().to_owned()))])
        }
        Ok(None) => assert!(sessions.len() <= 1),
        Err(_) => assert!(sessions.len() > 1),
    }
});
