//! The `Cookie` header of a request. The input is its value.

#![no_main]

use edge_authorizer::users::{SESSION_COOKIE, SessionCookie};
use libfuzzer_sys::fuzz_target;

fuzz_target!(|input: &str| {
    let stripped = SessionCookie::strip(input);
    let pairs = |header: &str| -> Vec<(String, Option<String>)> {
        let trim = |text: &str| text.trim_matches([' ', '\t']).to_owned();
        let parts = header.split([';', ',']).filter(|part| !trim(part).is_empty());
        let parse = |part: &str| match part.split_once('=') {
            Some((name, value)) => (trim(name), Some(trim(value))),
            None => (trim(part), None),
        };
        parts.map(parse).collect()
    };
    let is_session = |(name, value): &(String, Option<String>)| name == SESSION_COOKIE && value.is_some();
    let (sent, left) = (pairs(input), pairs(&stripped));
    let others: Vec<_> = sent.iter().filter(|pair| !is_session(pair)).cloned().collect();
    assert_eq!(left, others, "the others are as they were, and no session is among them");
    assert_eq!(SessionCookie::strip(&stripped), stripped);
    let sessions: Vec<_> = sent.into_iter().filter(is_session).collect();
    match SessionCookie::read(input) {
        Ok(Some(cookie)) => {
            assert_eq!(sessions, [(SESSION_COOKIE.to_owned(), Some(cookie.reveal().to_owned()))])
        }
        Ok(None) => assert!(sessions.len() <= 1),
        Err(_) => assert!(sessions.len() > 1),
    }
});
