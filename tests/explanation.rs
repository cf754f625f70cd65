//! Explanations, of tokens and of unsigned claims.

#![allow(clippy::indexing_slicing, clippy::panic, clippy::unwrap_used, reason = "a failing test panics")]

use std::sync::Arc;

use edge_authorizer::{
    Clock, Explanation, NumericDate, Request, Routes, SimulationStep, Snapshot, Step, TokenCache, authorize,
    simulate,
};
use serde_json::{Value, json};

const NOW: f64 = 1_708_350_800.0;

fn routes() -> Routes {
    Routes::parse(&json!({
        "origins": { "insights": { "url": "http://127.0.0.1:9000" } },
        "routes": [
            {
                "path": "/api/{project}/{*rest}",
                "origin": "insights",
                "access": { "GET": ["access"] },
                "cors": { "origins": ["https://app.example"] }
            },
            { "path": "/public/{*rest}", "origin": "insights", "public": true }
        ]
    }))
    .unwrap()
}

fn request<'r>(method: &'r str, path: &'r str) -> Request<'r> {
    Request { method, path, authorization: None, session: None, origin: None, asks_for_method: false }
}

fn clock() -> Clock {
    Clock { now: NumericDate::from_seconds(NOW), skew: 30.0 }
}

fn entry(changes: &Value) -> Value {
    let mut entry = json!({
        "id": "apps", "iss": "https://a.example", "label": { "en": "Apps" }, "idClaim": "sub",
        "roleDetection": "CLAIM", "rolesClaim": "roles", "roleTemplate": "{project}.{roleName}"
    });
    for (name, value) in changes.as_object().unwrap() {
        entry[name] = value.clone();
    }
    entry
}

fn claims(changes: &Value) -> Value {
    let mut claims = json!({
        "iss": "https://a.example", "sub": "some, one", "iat": NOW, "exp": NOW + 60.0,
        "roles": ["p1.access", "p1.no role", "p2.access", 7]
    });
    for (name, value) in changes.as_object().unwrap() {
        claims[name] = value.clone();
    }
    claims
}

fn explain_claims(request: &Request<'_>, claims: &Value, idps: &[Value]) -> Value {
    let explanation = match simulate(&routes(), request, claims.as_object().unwrap().clone(), clock()) {
        SimulationStep::Explained(explanation) => explanation,
        SimulationStep::NeedProject(need) => {
            assert_eq!(need.project().as_str(), "p1");
            let snapshot = Snapshot::parse(&json!({ "version": 1, "idps": idps })).unwrap();
            need.resume(Ok(Some(Arc::new(snapshot))))
        }
    };
    serde_json::to_value(explanation).unwrap()
}

#[test]
fn simulation_explains_claims_to_the_verdict() {
    let explanation = explain_claims(&request("GET", "/api/p1/x"), &claims(&json!({})), &[entry(&json!({}))]);
    assert_eq!(
        explanation,
        json!({
            "verdict": "permit",
            "status": 200,
            "code": null,
            "idp": "apps",
            "subject": "some, one",
            "roles": ["access"],
            "originHeaders": {
                "X-Auth-Project": "p1",
                "X-Auth-Idp": "apps",
                "X-Auth-Subject": "some%2C one",
                "X-Auth-Roles": "access"
            },
            "trace": [
                { "step": "route", "path": "/api/{project}/{*rest}", "required": ["access"] },
                { "step": "claims", "issuer": "https://a.example" },
                { "step": "idp", "id": "apps", "outcome": "applies" },
                { "step": "role", "value": "p1.access", "outcome": { "kept": "access" } },
                { "step": "role", "value": "p1.no role", "outcome": "not_a_role" },
                { "step": "role", "value": "p2.access", "outcome": "no_match" },
                { "step": "role", "value": null, "outcome": "not_a_string" },
                { "step": "idp", "id": "apps", "outcome": "decides" },
                { "step": "access", "method": "GET", "required": ["access"], "held": ["access"] }
            ]
        })
    );
}

#[test]
fn refusal_names_the_caller_and_has_no_origin_headers() {
    let explanation = explain_claims(&request("PUT", "/api/p1/x"), &claims(&json!({})), &[entry(&json!({}))]);
    assert_eq!(
        [&explanation["verdict"], &explanation["status"], &explanation["code"], &explanation["subject"]],
        [&json!("deny"), &json!(403), &json!("role_missing"), &json!("some, one")]
    );
    assert_eq!(explanation["originHeaders"], json!({}));
}

#[test]
fn trace_lists_only_the_first_entries_of_other_issuers() {
    let other = |number: usize| entry(&json!({ "id": format!("other{number}"), "iss": "https://b.example" }));
    let mut idps: Vec<_> = (0..30).map(other).collect();
    idps.insert(20, entry(&json!({})));
    let steps = |claims_changes: &Value| {
        let explanation = explain_claims(&request("GET", "/api/p1/x"), &claims(claims_changes), &idps);
        let steps = explanation["trace"].as_array().unwrap().clone();
        let about = |step: &&Value| step["step"] == "idp" || step["step"] == "more_idps";
        steps.iter().filter(about).skip(9).cloned().collect::<Vec<_>>()
    };
    let last_told = json!({ "step": "idp", "id": "other9", "outcome": "other_issuer" });
    let more = |count: usize| json!({ "step": "more_idps", "count": count });
    let own = |outcome: &str| json!({ "step": "idp", "id": "apps", "outcome": outcome });
    assert_eq!(steps(&json!({})), [last_told.clone(), more(10), own("applies"), own("decides")]);
    let nobody = [last_told.clone(), more(10), own("applies"), own("no_subject"), more(10)];
    assert_eq!(steps(&json!({ "sub": "" })), nobody);
    assert_eq!(steps(&json!({ "iss": "https://c.example" })), [last_told, more(21)]);
}

#[test]
fn simulated_claims_follow_token_rules() {
    let code = |claims_changes: &Value, entry_changes: &Value| {
        let (claims, idps) = (claims(claims_changes), [entry(entry_changes)]);
        explain_claims(&request("GET", "/api/p1/x"), &claims, &idps)["code"].clone()
    };
    let same = json!({});
    assert_eq!(code(&same, &same), json!(null));
    assert_eq!(code(&json!({ "iss": 7 }), &same), "token_malformed");
    assert_eq!(code(&json!({ "exp": NOW - 30.0 }), &same), "token_expired");
    assert_eq!(code(&json!({ "nbf": NOW + 31.0 }), &same), "token_not_yet_valid");
    assert_eq!(code(&json!({ "iss": "https://b.example" }), &same), "token_untrusted");
    assert_eq!(code(&same, &json!({ "allowedAzp": ["app"] })), "token_untrusted");
    assert_eq!(code(&json!({ "typ": "ID" }), &same), "token_untrusted");
    assert_eq!(code(&json!({ "sub": "" }), &same), "token_untrusted");
    assert_eq!(code(&json!({ "roles": [] }), &same), "role_missing");
    // What only a header can say cannot be held against claims.
    assert_eq!(code(&same, &json!({ "allowedAlgs": ["ES256"], "allowedTyp": ["at+jwt"] })), json!(null));
}

#[test]
fn expired_and_early_claims_are_told_apart() {
    let path = "/api/p1/x";
    let explanation = explain_claims(&request("GET", path), &claims(&json!({ "exp": NOW - 100.0 })), &[]);
    let untimely = json!({ "step": "untimely", "claim": "exp", "value": NOW - 100.0, "now": NOW });
    assert_eq!(explanation["trace"][2], untimely);
}

#[test]
fn requests_without_a_token_are_explained() {
    let outcome = |request: Request<'_>| {
        let first = authorize(&routes(), &request, clock(), &mut TokenCache::default());
        let Step::Decided(decision) = first.without_sessions(clock()) else { panic!() };
        let decided = serde_json::to_value(Explanation::from(decision)).unwrap();
        let supposed = explain_claims(&request, &json!({}), &[]);
        for member in ["verdict", "status", "code"] {
            assert_eq!(decided[member], supposed[member]);
        }
        (decided["verdict"].clone(), decided["status"].clone(), decided["code"].clone())
    };
    assert_eq!(outcome(request("GET", "/public/x")), (json!("permit"), json!(200), json!(null)));
    assert_eq!(outcome(request("GET", "/x")), (json!("deny"), json!(404), json!("route_not_found")));
    assert_eq!(outcome(request("GET", "/a/../b")), (json!("deny"), json!(400), json!("path_ambiguous")));
    let preflight = Request {
        origin: Some("https://app.example"),
        asks_for_method: true,
        ..request("OPTIONS", "/api/p1/x")
    };
    assert_eq!(outcome(preflight), (json!("preflight"), json!(204), json!(null)));
}
