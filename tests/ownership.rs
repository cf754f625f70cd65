//! Who owns a project, by the core's own steps.

#![allow(clippy::indexing_slicing, clippy::panic, clippy::unwrap_used, reason = "a failing test panics")]

use std::sync::Arc;

use edge_authorizer::{
    Clock, ErrorCode, KeyOutcome, KeySet, NumericDate, OwnerRefusal, Ownership, ProjectId, Snapshot, Step,
    TraceStep, authorize_owner,
};
use serde_json::{Value, json};

use crate::support;

const NOW: f64 = 1_000.0;
const KEY: &str = "ec256-1";

fn authorization() -> String {
    let header = json!({"alg": "ES256", "kid": KEY});
    let claims = json!({
        "iss": "https://issuer.example", "sub": "me", "iat": NOW, "exp": NOW + 60.0, "roles": ["owner", "access"],
    });
    format!("Bearer {}", support::keys()[KEY].sign("ES256", &header, &claims))
}

/// The entry of a project, with what detects roles.
fn entry(roles: &Value) -> Value {
    let mut entry =
        json!({"id": "idp", "iss": "https://issuer.example", "label": {"en": "x"}, "idClaim": "sub"});
    entry.as_object_mut().unwrap().extend(roles.as_object().unwrap().clone());
    entry
}

fn check(
    entry: &Value,
    authorization: Option<&str>,
    signature: KeyOutcome,
) -> Result<Ownership, OwnerRefusal> {
    check_in(&json!({ "version": 1, "idps": [entry] }), authorization, signature)
}

fn check_in(
    snapshot: &Value,
    authorization: Option<&str>,
    signature: KeyOutcome,
) -> Result<Ownership, OwnerRefusal> {
    let project = ProjectId::try_from("p").unwrap();
    let snapshot = Arc::new(Snapshot::parse(snapshot).unwrap());
    let keys = Arc::new(KeySet::parse(&json!({ "keys": [support::keys()[KEY].jwk] })).unwrap());
    let clock = Clock { now: NumericDate::from_seconds(NOW), skew: 30.0 };
    let mut step = authorize_owner(&project, authorization, clock);
    loop {
        step = match step {
            Step::Decided(outcome) => return outcome,
            Step::NeedProject(need) => need.resume(Ok(Some(snapshot.clone()))),
            Step::NeedKeys(need) => need.resume(Ok(keys.clone())),
            Step::NeedCheck(need) => need.resume(signature),
        }
    }
}

fn refused(outcome: Result<Ownership, OwnerRefusal>) -> ErrorCode {
    let OwnerRefusal { denial, identity, trace } = outcome.unwrap_err();
    assert_eq!(denial.realm.unwrap().as_str(), "p");
    let is_compared = matches!(trace.steps().last(), Some(TraceStep::Owner { is_owner: false, .. }));
    assert_eq!(is_compared, denial.code == ErrorCode::RoleMissing);
    assert!(!is_compared || identity.unwrap().subject == "me");
    denial.code
}

#[test]
fn an_owner_has_the_role_by_an_entry_that_names_it() {
    let authorization = authorization();
    let named = json!({"roleDetection": "CLAIM", "rolesClaim": "roles", "roleTemplate": "{roleName}", "allowedRoles": ["owner"]});
    let ownership = check(&entry(&named), Some(&authorization), KeyOutcome::Verified).unwrap();
    assert_eq!(ownership.identity().subject, "me");
    let unnamed = json!({"roleDetection": "CLAIM", "rolesClaim": "roles", "roleTemplate": "{roleName}"});
    let defined = json!({"roleDetection": "DEFINED", "definedRoles": ["access"]});
    for roles in [unnamed, defined] {
        let outcome = check(&entry(&roles), Some(&authorization), KeyOutcome::Verified);
        assert_eq!(refused(outcome), ErrorCode::RoleMissing);
    }
}

#[test]
fn ownership_requires_a_verified_token() {
    let entry = entry(&json!({"roleDetection": "DEFINED", "definedRoles": ["owner"]}));
    let authorization = authorization();
    assert!(check(&entry, Some(&authorization), KeyOutcome::Verified).is_ok());
    for outcome in [KeyOutcome::WrongSignature, KeyOutcome::KeyRefused] {
        assert_eq!(refused(check(&entry, Some(&authorization), outcome)), ErrorCode::TokenUntrusted);
    }
    assert_eq!(refused(check(&entry, None, KeyOutcome::Verified)), ErrorCode::TokenMissing);
}

#[test]
fn an_owner_whose_token_is_revoked_owns_nothing() {
    let entry = entry(&json!({"roleDetection": "DEFINED", "definedRoles": ["owner"]}));
    let authorization = authorization();
    for (issued_before, is_owner) in [(NOW, false), (NOW - 1.0, true)] {
        let revocation = json!({ "id": "r2", "subject": "me", "issuedBefore": issued_before });
        let snapshot = json!({ "version": 2, "idps": [entry], "revocations": [revocation] });
        let outcome = check_in(&snapshot, Some(&authorization), KeyOutcome::Verified);
        assert_eq!(outcome.is_ok(), is_owner);
        if !is_owner {
            assert_eq!(refused(outcome), ErrorCode::TokenUntrusted);
        }
    }
}
