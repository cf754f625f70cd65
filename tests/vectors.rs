//! The vectors of `tests/vectors/`, run through the core. `tests/e2e/vectors.test.mjs` runs the same files in workerd.

#![allow(clippy::indexing_slicing, clippy::panic, clippy::unwrap_used, reason = "a failing test panics")]

use std::collections::BTreeMap;
use std::fs;
use std::sync::Arc;

use edge_authorizer::{
    Clock, Code, Decision, Gateway, KeySet, Request, Snapshot, Step, Time, Unavailable, Verdict, authorize,
};
use serde::Deserialize;
use serde_json::{Value, json};

mod support;

/// A file: what is configured, a token, and what becomes of requests with it.
#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Vectors {
    #[serde(rename = "about")]
    _about: String,
    now: f64,
    routes: Value,
    projects: BTreeMap<String, Value>,
    keys: BTreeMap<String, Vec<Value>>,
    token: Token,
    cases: Vec<Case>,
}

#[derive(Clone, Deserialize)]
#[serde(deny_unknown_fields)]
struct Token {
    alg: String,
    key: String,
    #[serde(default)]
    header: Value,
    claims: Value,
}

/// A request, by its differences: `claims` and `header` overwrite those of the file's token, and `null` removes one.
#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Case {
    name: String,
    method: Option<String>,
    path: String,
    #[serde(default, deserialize_with = "present")]
    token: Option<Value>,
    authorization: Option<String>,
    #[serde(default)]
    claims: Value,
    #[serde(default)]
    sign: Sign,
    expect: Expect,
}

/// How the token is signed, where that differs: another key, another algorithm, another `kid` (`null`: none).
#[derive(Default, Deserialize)]
#[serde(deny_unknown_fields)]
struct Sign {
    alg: Option<String>,
    key: Option<String>,
    #[serde(default, deserialize_with = "present")]
    kid: Option<Value>,
    #[serde(default)]
    header: Value,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Expect {
    status: u16,
    code: Option<String>,
    idp: Option<String>,
    subject: Option<String>,
    roles: Option<Vec<String>>,
    #[serde(default)]
    trace: Vec<Value>,
}

/// Tells `null` from absent.
fn present<'de, D: serde::Deserializer<'de>>(deserializer: D) -> Result<Option<Value>, D::Error> {
    Value::deserialize(deserializer).map(Some)
}

#[test]
fn every_vector_is_decided_as_expected() {
    let mut count = 0;
    for entry in fs::read_dir(concat!(env!("CARGO_MANIFEST_DIR"), "/tests/vectors")).unwrap() {
        let path = entry.unwrap().path();
        let vectors: Vectors = serde_json::from_slice(&fs::read(&path).unwrap())
            .unwrap_or_else(|error| panic!("{}: {error}", path.display()));
        for case in &vectors.cases {
            let decision = vectors.decide(case);
            assert_expected(&decision, &case.expect, &format!("{}: {}", path.display(), case.name));
            count += 1;
        }
    }
    println!("{count} vectors");
    assert!(count > 30, "the vectors are not there");
}

impl Vectors {
    fn decide(&self, case: &Case) -> Decision {
        let origins = json!({ "insights": { "url": "http://127.0.0.1:9000" } });
        let gateway = Gateway::parse(&json!({ "origins": origins, "routes": self.routes })).unwrap();
        let authorization = self.authorization(case);
        let request = Request {
            method: case.method.as_deref().unwrap_or("GET"),
            path: &case.path,
            authorization: authorization.as_deref(),
            origin: None,
            asks_for_method: false,
        };
        let clock = Clock { now: Time::from_seconds(self.now), skew: 30.0 };
        let mut step = authorize(&gateway, &request, clock);
        loop {
            step = match step {
                Step::Decided(decision) => return decision,
                Step::NeedProject(need) => {
                    let idps = self.projects.get(need.project().as_str());
                    let snapshot =
                        idps.map(|idps| Snapshot::parse(&json!({ "version": 1, "idps": idps })).unwrap());
                    need.resume(Ok(snapshot.map(Arc::new)))
                }
                Step::NeedKeys(need) => {
                    let keys = self.keys.get(need.issuer().as_str()).map(|keys| key_set(keys));
                    need.resume(keys.ok_or(Unavailable))
                }
                Step::NeedCheck(need) => {
                    let outcome = support::check(&need.check());
                    need.resume(outcome)
                }
            }
        }
    }

    fn authorization(&self, case: &Case) -> Option<String> {
        if case.authorization.is_some() || case.token == Some(Value::Null) {
            return case.authorization.clone();
        }
        let name = case.sign.key.as_ref().unwrap_or(&self.token.key);
        let algorithm = case.sign.alg.as_ref().unwrap_or(&self.token.alg);
        let kid = case.sign.kid.clone().unwrap_or_else(|| json!(name));
        let mut header = json!({ "alg": algorithm, "kid": kid, "typ": "JWT" });
        merge(&mut header, &self.token.header);
        merge(&mut header, &case.sign.header);
        let mut claims = self.token.claims.clone();
        merge(&mut claims, &case.claims);
        Some(format!("Bearer {}", support::keys()[name].sign(algorithm, &header, &claims)))
    }
}

/// Keys by their name in `tests/keys.json`, or written out.
fn key_set(keys: &[Value]) -> Arc<KeySet> {
    let named = support::keys();
    let jwk = |key: &Value| key.as_str().map_or_else(|| key.clone(), |name| named[name].jwk.clone());
    let keys: Vec<_> = keys.iter().map(jwk).collect();
    Arc::new(KeySet::parse(&json!({ "keys": keys })).unwrap())
}

fn merge(target: &mut Value, changes: &Value) {
    let target = target.as_object_mut().unwrap();
    for (name, value) in changes.as_object().into_iter().flatten() {
        target.insert(name.clone(), value.clone());
    }
    target.retain(|_, value| !value.is_null());
}

fn assert_expected(decision: &Decision, expect: &Expect, case: &str) {
    let trace = serde_json::to_value(&decision.trace).unwrap();
    let code = match &decision.verdict {
        Verdict::Deny(denial) => Some(denial.code),
        Verdict::Permit(_) | Verdict::Manage(_) | Verdict::Preflight => None,
    };
    let status = code.map_or(200, Code::status);
    assert_eq!(
        (status, code.map(Code::as_str)),
        (expect.status, expect.code.as_deref()),
        "{case}: {trace:#}"
    );
    let identity = serde_json::to_value(decision.identity.as_deref()).unwrap();
    let assert_member = |name: &str, expected: Option<Value>| {
        assert!(expected.is_none_or(|expected| identity[name] == expected), "{case}: `{name}` of {identity}");
    };
    assert_member("idp", expect.idp.as_ref().map(|idp| json!(idp)));
    assert_member("subject", expect.subject.as_ref().map(|subject| json!(subject)));
    assert_member("roles", expect.roles.as_ref().map(|roles| json!(roles)));
    let mut steps = trace.as_array().unwrap().iter();
    for expected in &expect.trace {
        let is_expected =
            |step: &Value| expected.as_object().unwrap().iter().all(|(name, value)| &step[name] == value);
        assert!(steps.any(is_expected), "{case}: no {expected} in {trace:#}");
    }
}
