//! How many service accounts there are, and that access can be taken away where there is no room.

#![allow(clippy::unwrap_used, clippy::indexing_slicing, clippy::panic, reason = "a failing test panics")]

use crate::support;

use std::sync::Arc;

use edge_authorizer::management::{Change, Limit, Refusal};
use serde_json::{Value, json};
use support::accounts::*;

#[test]
fn an_account_has_one_revocation_at_a_time() {
    let mut current = project();
    for round in 0..20 {
        let change = replace("ci", &json!({ "disabled": round % 2 == 0 }));
        current = apply_at(NOW + round, &current, &change).unwrap().project;
    }
    assert_eq!(current.revocations.len(), 1);
    assert!(is_revoked(&current, "ci", NOW + 18));
}

#[test]
fn an_account_can_be_disabled_however_many_revocations_there_are() {
    let mut full = project();
    for number in 0..1000 {
        let one = json!({ "id": format!("x{number}"), "subject": number.to_string(), "issuedBefore": NOW });
        full.revocations.push(Arc::new(one));
    }
    let disabled = apply(&full, &replace("ci", &json!({ "disabled": true }))).unwrap();
    assert!(is_revoked(&disabled, "ci", NOW) && !is_revoked(&disabled, "ci", NOW + 1));
    let again = apply_at(NOW + 5, &disabled, &remove("ci")).unwrap().project;
    assert_eq!(again.revocations.len(), 1001);
    assert!(is_revoked(&again, "ci", NOW + 5));
}

#[test]
fn an_account_can_be_disabled_however_large_the_snapshot_is() {
    let mut full = project();
    while full.snapshot_text().unwrap().len() <= 256 * 1024 {
        let subject = format!("{:0>250}", full.revocations.len());
        let one = json!({ "id": "x", "subject": subject, "tokenId": subject, "issuedBefore": NOW });
        full.revocations.push(Arc::new(one));
    }
    let more = json!({ "subject": "me", "issuedBefore": NOW, "reason": "x" });
    let revoke = Change::Revoke { revocation: Arc::new(more), is_forced: false };
    assert!(apply(&full, &revoke).is_err());
    let large = json!({ "disabled": true, "roles": (0..40).map(|number| format!("{number:0>128}")).collect::<Vec<_>>() });
    assert!(apply(&full, &replace("ci", &large)).is_err());
    let disabled = apply(&full, &replace("ci", &json!({ "disabled": true }))).unwrap();
    assert!(is_revoked(&disabled, "ci", NOW));
}

#[test]
fn a_project_has_a_hundred_accounts_with_two_live_secrets_each() {
    let mut full = empty();
    for number in 0..100 {
        full = apply(&full, &add(&format!("a{number}"), &json!({}))).unwrap();
    }
    assert_eq!(apply(&full, &add("more", &json!({}))), Err(Refusal::TooMany(Limit::Accounts)));
    assert_eq!(apply(&project(), &add("ci", &json!({}))), Err(Refusal::Exists));
    let two = apply(&project(), &regenerate("ci", 60)).unwrap();
    assert_eq!(apply(&two, &regenerate("ci", 60)), Err(Refusal::TooMany(Limit::Secrets)));
    assert!(apply(&two, &regenerate("ci", 0)).is_ok());
    assert!(apply_at(NOW + 60, &two, &regenerate("ci", 60)).is_ok());
}

#[test]
fn accounts_have_two_hundred_roles_and_256_kib_together() {
    let roles = |from: u32| json!({ "roles": (from..from + 50).map(|number| number.to_string()).collect::<Vec<_>>() });
    let mut full = empty();
    for number in 0..4 {
        full = apply(&full, &add(&format!("a{number}"), &roles(50 * number))).unwrap();
    }
    let refusal = apply(&full, &add("more", &json!({}))).unwrap_err();
    assert_eq!(refusal, Refusal::TooMany(Limit::Roles));
    assert!(refusal.reason().unwrap().contains("200 different roles"));
    assert!(apply(&full, &add("more", &roles(100))).is_ok());
    let label: serde_json::Map<_, _> = (0..200)
        .map(|number| (format!("x{number}"), "x".repeat(200).into()))
        .chain([("en".to_owned(), "x".into())])
        .collect();
    let mut large = empty();
    for number in 0..6 {
        large = apply(&large, &add(&format!("a{number}"), &json!({ "label": label }))).unwrap();
    }
    assert_eq!(
        apply(&large, &add("more", &json!({ "label": label }))),
        Err(Refusal::TooMany(Limit::AccountBytes))
    );
}

#[test]
fn accounts_with_all_secrets_beside_all_revocations_are_bounded_in_bytes() {
    let mut project = empty();
    let label: serde_json::Map<_, _> = (0..11)
        .map(|number| (format!("x{number}"), "x".repeat(200).into()))
        .chain([("en".to_owned(), "x".into())])
        .collect();
    for number in 0..100 {
        let id = format!("a{number}");
        project = apply(&project, &add(&id, &json!({ "label": label }))).unwrap();
        project = apply(&project, &regenerate(&id, 60)).unwrap();
    }
    let revocation = |number: usize| {
        let subject = format!("{number:0>120}");
        Arc::new(json!({ "subject": subject, "issuedBefore": NOW, "reason": "x".repeat(20) }))
    };
    for number in 0..990 {
        let mut with_id = Value::clone(&revocation(number));
        with_id["id"] = json!(format!("x{number}"));
        project.revocations.push(Arc::new(with_id));
    }
    let mut refusal = None;
    for number in 990..1001 {
        match apply(&project, &Change::Revoke { revocation: revocation(number), is_forced: false }) {
            Ok(more) => project = more,
            Err(full) => refusal = Some(full),
        }
    }
    assert!(matches!(refusal, Some(Refusal::TooMany(Limit::Revocations | Limit::Snapshot))), "{refusal:?}");
    // Accounts still lose their access, which takes no room that is not there.
    for number in 90..100 {
        let disabled = json!({ "label": label, "disabled": true });
        project = apply(&project, &replace(&format!("a{number}"), &disabled)).unwrap();
    }
    assert_eq!(project.accounts.iter().map(|account| account.secrets.len()).sum::<usize>(), 200);
    let accounts: usize =
        project.accounts.iter().map(|account| serde_json::to_string(&**account).unwrap().len()).sum();
    let snapshot = project.snapshot_text().unwrap().len();
    assert!(accounts <= (256 + 50) * 1024, "{accounts}");
    assert!(snapshot <= 256 * 1024 + 10 * 512, "{snapshot}");
    assert!(is_revoked(&project, "a99", NOW));
}
