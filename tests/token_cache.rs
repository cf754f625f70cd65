//! What is remembered of tokens, and what ends it.

#![allow(clippy::indexing_slicing, clippy::panic, clippy::unwrap_used, reason = "a failing test panics")]

use std::cell::Cell;
use std::sync::Arc;

use edge_authorizer::TraceStep;
use edge_authorizer::{
    Clock, Decision, ErrorCode, KeySet, NumericDate, Request, Routes, Snapshot, Step, TokenCache, Verdict,
    authorize,
};
use serde_json::{Value, json};

use crate::support;

const NOW: f64 = 1_000.0;
const KEY: &str = "ec256-1";

/// Everything that a decision depends on, with tokens that are remembered.
struct World {
    routes: Routes,
    snapshot: Arc<Snapshot>,
    keys: Arc<KeySet>,
    token_cache: TokenCache,
    now: f64,
    checks: Cell<u32>,
}

fn snapshot(roles: &[&str]) -> Arc<Snapshot> {
    Arc::new(Snapshot::parse(&json!({ "version": 1, "idps": [entry(roles)] })).unwrap())
}

fn revoking(revocation: &Value) -> Arc<Snapshot> {
    let document = json!({ "version": 2, "idps": [entry(&["access"])], "revocations": [revocation] });
    Arc::new(Snapshot::parse(&document).unwrap())
}

fn entry(roles: &[&str]) -> Value {
    json!({
        "id": "idp", "iss": "https://issuer.example", "label": {"en": "x"}, "idClaim": "sub",
        "roleDetection": "DEFINED", "definedRoles": roles,
    })
}

fn keys() -> Arc<KeySet> {
    Arc::new(KeySet::parse(&json!({ "keys": [support::keys()[KEY].jwk] })).unwrap())
}

fn token(claims: &Value) -> String {
    let mut all = json!({"iss": "https://issuer.example", "sub": "me", "iat": NOW, "exp": NOW + 60.0});
    all.as_object_mut().unwrap().extend(claims.as_object().unwrap().clone());
    format!("Bearer {}", support::keys()[KEY].sign("ES256", &json!({"alg": "ES256", "kid": KEY}), &all))
}

impl World {
    fn new() -> Self {
        let route = |path: &str, role: &str| json!({"path": path, "origin": "o", "access": {"*": [role]}});
        let routes = Routes::parse(&json!({
            "origins": {"o": {"url": "http://o"}},
            "routes": [route("/a/{project}", "access"), route("/b/{project}", "admin")],
        }));
        let (routes, token_cache) = (routes.unwrap(), TokenCache::default());
        Self {
            routes,
            snapshot: snapshot(&["access"]),
            keys: keys(),
            token_cache,
            now: NOW,
            checks: Cell::new(0),
        }
    }

    fn ask(&mut self, path: &str, authorization: &str) -> Decision {
        let authorization = Some(authorization);
        let session = None;
        let request =
            Request { method: "GET", path, authorization, session, origin: None, asks_for_method: false };
        let clock = Clock { now: NumericDate::from_seconds(self.now), skew: 30.0 };
        let first = authorize(&self.routes, &request, clock, &mut self.token_cache);
        let mut step = first.without_sessions(clock);
        let decision = loop {
            step = match step {
                Step::Decided(decision) => break decision,
                Step::NeedProject(need) => need.resume(Ok(Some(self.snapshot.clone()))),
                Step::NeedKeys(need) => need.resume(Ok(self.keys.clone())),
                Step::NeedCheck(need) => {
                    self.checks.set(self.checks.get() + 1);
                    let outcome = support::check(&need.check());
                    need.resume(outcome)
                }
            }
        };
        if let Some(cached) = &decision.cached_token {
            self.token_cache.insert(cached);
        }
        decision
    }

    /// The decision on a request, and how many signatures were checked for it.
    fn checked(&mut self, path: &str, authorization: &str) -> (Option<ErrorCode>, u32) {
        let before = self.checks.get();
        let code = self.ask(path, authorization).verdict.code();
        (code, self.checks.get() - before)
    }
}

#[test]
fn signature_is_checked_once_and_roles_on_every_request() {
    let (mut world, token) = (World::new(), token(&json!({})));
    assert_eq!(world.checked("/a/p", &token), (None, 1));
    assert_eq!(world.checked("/a/p", &token), (None, 0));
    assert_eq!(world.checked("/b/p", &token), (Some(ErrorCode::RoleMissing), 0));
    assert_eq!(world.checked("/a/p", &token), (None, 0));
    let decision = world.ask("/a/p", &token);
    assert!(matches!(decision.verdict, Verdict::Permit(_)));
    assert_eq!(decision.identity.unwrap().subject, "me");
    assert!(decision.trace.steps().any(|step| *step == TraceStep::Known));
}

/// The names of a trace's steps.
fn steps(decision: &Decision) -> Vec<String> {
    let trace = serde_json::to_value(&decision.trace).unwrap();
    let name = |step: &Value| step["step"].as_str().unwrap().to_owned();
    trace.as_array().unwrap().iter().map(name).collect()
}

#[test]
fn later_refusals_have_the_steps_of_the_first_evaluation() {
    let (mut world, token) = (World::new(), token(&json!({})));
    let first = world.ask("/b/p", &token);
    assert_eq!(steps(&first), ["route", "token", "idp", "key", "idp", "access"]);
    assert!(!first.is_known());
    let later = world.ask("/b/p", &token);
    assert_eq!(steps(&later), ["route", "known", "token", "idp", "key", "idp", "access"]);
    assert!(later.is_known());
    let other = world.ask("/a/p", &token);
    assert_eq!(steps(&other), ["route", "known", "token", "idp", "key", "idp", "access"]);
    let forged = [token.get(..token.len() - 10).unwrap(), "AAAAAAAAAA"].concat();
    assert_eq!(steps(&world.ask("/a/p", &forged)), ["route", "token", "idp", "key"]);
    assert_eq!(steps(&world.ask("/a/p", &forged)), ["route", "known", "token", "idp", "key"]);
}

#[test]
fn cache_hit_requires_the_same_project_and_bytes() {
    let (mut world, token) = (World::new(), token(&json!({})));
    assert_eq!(world.checked("/a/p", &token), (None, 1));
    assert_eq!(world.checked("/a/q", &token), (None, 1));
    let changed = token.replacen('.', "", 1);
    assert_eq!(world.checked("/a/p", &changed), (Some(ErrorCode::TokenMalformed), 0));
}

#[test]
fn cache_hit_ends_with_snapshot_keys_or_expiry() {
    let (mut world, token) = (World::new(), token(&json!({})));
    assert_eq!(world.checked("/a/p", &token), (None, 1));
    world.snapshot = snapshot(&["other"]);
    assert_eq!(world.checked("/a/p", &token), (Some(ErrorCode::RoleMissing), 1));
    world.snapshot = snapshot(&["access"]);
    assert_eq!(world.checked("/a/p", &token), (None, 1));
    world.keys = keys();
    assert_eq!(world.checked("/a/p", &token), (None, 1));
    world.keys = Arc::new(KeySet::parse(&json!({ "keys": [] })).unwrap());
    assert_eq!(world.checked("/a/p", &token), (Some(ErrorCode::TokenUntrusted), 0));
    world.keys = keys();
    world.now = NOW + 89.9;
    assert_eq!(world.checked("/a/p", &token), (None, 1));
    assert_eq!(world.checked("/a/p", &token), (None, 0));
    world.now = NOW + 90.0;
    assert_eq!(world.checked("/a/p", &token), (Some(ErrorCode::TokenExpired), 0));
}

#[test]
fn revocation_refuses_a_cached_token_and_its_removal_accepts_it_again() {
    let (mut world, before, after) =
        (World::new(), token(&json!({})), token(&json!({ "iat": NOW + 1.0, "jti": "new" })));
    let open = world.snapshot.clone();
    for _ in 0..2 {
        world.ask("/a/p", &before);
        world.ask("/a/p", &after);
    }
    assert_eq!((world.checked("/a/p", &before), world.checked("/a/p", &after)), ((None, 0), (None, 0)));
    let revocation = json!({ "id": "r2", "subject": "me", "issuedBefore": NOW });
    world.snapshot = revoking(&revocation);
    for _ in 0..3 {
        let decision = world.ask("/a/p", &before);
        assert_eq!(decision.verdict.code(), Some(ErrorCode::TokenUntrusted));
        let revoked = TraceStep::Revoked { id: "r2".into() };
        assert_eq!(decision.trace.steps().last(), Some(&revoked));
        assert_eq!(world.checked("/a/p", &after).0, None);
    }
    world.snapshot = open;
    assert_eq!((world.checked("/a/p", &before).0, world.checked("/a/p", &after).0), (None, None));
}

#[test]
fn wrong_signature_is_cached_until_the_keys_change() {
    let (mut world, token) = (World::new(), token(&json!({})));
    let other = if token.ends_with("AA") { "BB" } else { "AA" };
    let forged =
        [token.get(..token.len() - 10).unwrap(), other, token.get(token.len() - 8..).unwrap()].concat();
    assert_eq!(world.checked("/a/p", &forged), (Some(ErrorCode::TokenUntrusted), 1));
    assert_eq!(world.checked("/a/p", &forged), (Some(ErrorCode::TokenUntrusted), 0));
    world.keys = keys();
    assert_eq!(world.checked("/a/p", &forged), (Some(ErrorCode::TokenUntrusted), 1));
}

#[test]
fn one_time_tokens_do_not_evict_repeated_ones() {
    let mut world = World::new();
    let regular: Vec<_> = (0..50).map(|number| token(&json!({ "jti": number }))).collect();
    for _ in 0..2 {
        for token in &regular {
            world.ask("/a/p", token);
        }
    }
    // Other projects make other tokens of the same text, which need not be signed anew.
    for number in 0..10_000 {
        world.ask(&format!("/a/p{number}"), &regular[0]);
    }
    let checked: u32 = regular.iter().map(|token| world.checked("/a/p", token).1).sum();
    assert_eq!(checked, 0);
}

#[test]
fn tokens_of_one_project_do_not_evict_those_of_another() {
    let mut world = World::new();
    let regular: Vec<_> = (0..50).map(|number| token(&json!({ "jti": number }))).collect();
    // More than all that is kept, and each comes again.
    let flood: Vec<_> = (0..1_100).map(|n| token(&json!({ "jti": n, "pad": "x".repeat(11_900) }))).collect();
    for token in regular.iter().chain(&regular) {
        world.ask("/a/victim", token);
    }
    for token in &flood {
        world.ask("/a/attacker", token);
        world.ask("/a/attacker", token);
    }
    let checked = |world: &mut World, project: &str, tokens: &[String]| -> u32 {
        tokens.iter().map(|token| world.checked(&format!("/a/{project}"), token).1).sum()
    };
    assert_eq!(checked(&mut world, "victim", &regular), 0);
    assert!(checked(&mut world, "attacker", &flood[..50]) > 0, "the flood was not larger than the cache");
}

#[test]
fn cache_size_includes_roles() {
    let mut world = World::new();
    let roles: Vec<_> = (0..250).map(|number| format!("{number:-<120}")).collect();
    let roles: Vec<_> = roles.iter().map(String::as_str).chain(["access"]).collect();
    world.snapshot = snapshot(&roles);
    let tokens: Vec<_> = (0..600).map(|number| token(&json!({ "jti": number }))).collect();
    for token in tokens.iter().chain(&tokens) {
        world.ask("/a/p", token);
    }
    // 40 KiB of roles each.
    let remembered = tokens.iter().rev().filter(|token| world.checked("/a/p", token).1 == 0).count();
    assert!((50..450).contains(&remembered), "{remembered}");
}

#[test]
fn cached_tokens_hold_no_routes() {
    let (mut world, token) = (World::new(), token(&json!({})));
    let decision = world.ask("/a/p", &token);
    let route = Arc::downgrade(decision.route.as_ref().unwrap());
    world.ask("/a/p", &token);
    drop(decision);
    world.routes = World::new().routes;
    assert!(route.upgrade().is_none());
    assert_eq!(world.checked("/a/p", &token), (None, 0));
}

#[test]
fn at_most_100_audiences_of_a_token_count() {
    let mut world = World::new();
    let entry = json!({
        "id": "idp", "iss": "https://issuer.example", "label": {"en": "x"}, "idClaim": "sub",
        "roleDetection": "DEFINED", "definedRoles": ["access"], "allowedAud": ["mine"],
    });
    world.snapshot = Arc::new(Snapshot::parse(&json!({ "version": 1, "idps": [entry] })).unwrap());
    for (before, code) in [(99, None), (100, Some(ErrorCode::TokenUntrusted))] {
        let audiences: Vec<_> = (0..before).map(|n| n.to_string()).chain(["mine".to_owned()]).collect();
        assert_eq!(world.ask("/a/p", &token(&json!({ "aud": audiences }))).verdict.code(), code);
    }
}
