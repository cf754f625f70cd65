//! The vectors of `tests/vectors/`, run through the core. `tests/e2e/vectors.test.mjs` runs the same files in workerd.

#![allow(clippy::indexing_slicing, clippy::panic, clippy::unwrap_used, reason = "a failing test panics")]

use edge_authorizer::Decision;
use serde_json::{Value, json};

use crate::support;

use support::vectors::{Expect, all, explanation};

#[test]
fn every_vector_is_decided_as_expected() {
    let mut count = 0;
    for (file, vectors) in all() {
        for case in &vectors.cases {
            assert_expected(vectors.decide(case), &case.expect, &format!("{file}: {}", case.name));
            count += 1;
        }
    }
    println!("{count} vectors");
    assert!(count > 30, "the vectors are not there");
}

fn assert_expected(decision: Decision, expect: &Expect, case: &str) {
    let explanation = explanation(decision);
    let outcome = (&explanation["status"], &explanation["code"]);
    assert_eq!(outcome, (&json!(expect.status), &json!(expect.code)), "{case}: {explanation:#}");
    let assert_member = |name: &str, expected: Option<Value>| {
        assert!(
            expected.is_none_or(|expected| explanation[name] == expected),
            "{case}: `{name}` of {explanation:#}"
        );
    };
    assert_member("idp", expect.idp.as_ref().map(|idp| json!(idp)));
    assert_member("subject", expect.subject.as_ref().map(|subject| json!(subject)));
    assert_member("roles", expect.roles.as_ref().map(|roles| json!(roles)));
    let mut steps = explanation["trace"].as_array().unwrap().iter();
    for expected in &expect.trace {
        let is_expected =
            |step: &Value| expected.as_object().unwrap().iter().all(|(name, value)| &step[name] == value);
        assert!(steps.any(is_expected), "{case}: no {expected} in {explanation:#}");
    }
}
