//! Service accounts of a project, and how their changes show in its snapshot.

#![allow(clippy::unwrap_used, clippy::indexing_slicing, clippy::panic, reason = "a failing test panics")]

use crate::support;

use edge_authorizer::management::{Change, ChangeContext, Precondition, Project, Refusal};
use edge_authorizer::{NumericDate, ProjectId};
use serde_json::{Value, json};
use support::accounts::*;

#[test]
fn a_project_with_accounts_has_one_more_entry_and_it_is_the_last() {
    assert!(published(&empty()).idps().is_empty());
    let with_idp = apply(&project(), &Change::AddIdp { idp: entry(&json!({})) }).unwrap();
    let two = apply(&with_idp, &add("deploy", &json!({ "roles": ["owner", "access"] }))).unwrap();
    for snapshot in [published(&two), two.snapshot().unwrap().unwrap()] {
        let ids: Vec<_> = snapshot.idps().iter().map(|idp| idp.id.as_str()).collect();
        assert_eq!(ids, ["idp", "accounts"]);
        assert_eq!(snapshot.idps()[1].issuer.as_str(), "https://gateway.example.com/auth");
        assert!(snapshot.idps()[1].names_owner());
    }
    assert!(!published(&with_idp).idps()[1].names_owner(), "no account has the role");
    assert_eq!((two.order(), two.issuers().len()), (json!(["idp"]), 1));
    let none = apply(&apply(&two, &remove("ci")).unwrap(), &remove("deploy")).unwrap();
    assert_eq!(published(&none).idps().len(), 1);
}

#[test]
fn the_gateways_own_issuer_is_that_of_the_last_change() {
    let id = &ProjectId::try_from("plant7").unwrap();
    let change = Change::PutProject { label: None };
    let at = |public_url: Option<&str>| {
        let public_url = public_url.map(support::accounts::public_url);
        let public_url = public_url.as_ref();
        let context = ChangeContext { id, now: NumericDate::from_seconds(0.0), public_url };
        project().apply(&change, &Precondition::default(), &context).unwrap().project
    };
    assert!(published(&at(None)).idps().is_empty());
    let moved = at(Some("https://other.example.com"));
    assert_eq!(published(&moved).idps()[0].issuer.as_str(), "https://other.example.com/auth");
}

#[test]
fn owners_can_neither_make_nor_change_the_built_in_entry() {
    let places = |project: &Project, change: &Change| match apply(project, change) {
        Err(Refusal::Invalid(faults)) => {
            faults.as_slice().iter().map(|fault| fault.pointer.clone()).collect::<Vec<_>>()
        }
        other => panic!("{other:?}"),
    };
    let own = json!({ "id": "accounts", "iss": "https://gateway.example.com/auth", "label": 7 });
    for project in [empty(), project()] {
        assert_eq!(places(&project, &Change::AddIdp { idp: entry(&own) }), ["/label", "/id", "/iss"]);
        let replace =
            Change::ReplaceIdp { id: "accounts".to_owned(), idp: entry(&json!({ "id": "accounts" })) };
        assert_eq!(places(&project, &replace), ["/id"]);
        let remove = Change::RemoveIdp { id: "accounts".to_owned() };
        assert_eq!(apply(&project, &remove), Err(Refusal::NotFound));
    }
}

#[test]
fn an_entry_of_the_same_id_that_an_earlier_release_stored_stays_and_keeps_accounts_out() {
    let mut old = empty();
    old.idps.push(entry(&json!({ "id": "accounts" })));
    assert!(matches!(apply(&old, &add("ci", &json!({}))), Err(Refusal::Invalid(_))));
    let tightened = entry(&json!({ "id": "accounts", "definedRoles": ["other"] }));
    let changed = apply(&old, &Change::ReplaceIdp { id: "accounts".to_owned(), idp: tightened }).unwrap();
    // A record that has both nevertheless can be read.
    let mut both = changed.clone();
    both.accounts.clone_from(&project().accounts);
    assert_eq!(published(&both).idps().len(), 1);
    let none = apply(&changed, &Change::RemoveIdp { id: "accounts".to_owned() }).unwrap();
    assert!(apply(&none, &add("ci", &json!({}))).is_ok());
}

#[test]
fn what_takes_access_away_revokes_the_tokens_of_the_account() {
    let key = json!({ "kty": "OKP", "crv": "Ed25519", "x": "AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA" });
    let all = json!({ "roles": ["access", "owner"], "jwks": { "keys": [key] } });
    let full = apply(&apply(&empty(), &add("ci", &all)).unwrap(), &add("other", &json!({}))).unwrap();
    let overlapped = apply(&full, &regenerate("ci", 60)).unwrap();
    let secret = full.accounts[0].secrets[0].secret_id.clone();
    let with = |name: &str, value: Value| {
        let mut members = all.clone();
        members[name] = value;
        replace("ci", &members)
    };
    for (project, change, is_withdrawn) in [
        (&full, with("disabled", true.into()), true),
        (&full, with("roles", json!(["access", "more"])), true),
        (&full, with("jwks", Value::Null), true),
        (&full, remove("ci"), true),
        (&full, remove_secret("ci", &secret), true),
        (&overlapped, remove_secret("ci", &secret), true),
        (&full, regenerate("ci", 0), true),
        (&full, regenerate("ci", 60), false),
        (&full, with("roles", json!(["access", "more", "owner"])), false),
        (&full, with("tokenLifeSeconds", 60.into()), false),
        (&full, with("label", json!({ "en": "x" })), false),
    ] {
        let changed = apply_at(NOW + 5, project, &change).unwrap().project;
        assert_eq!(is_revoked(&changed, "ci", NOW + 5), is_withdrawn, "{change:?}");
        assert!(!is_revoked(&changed, "ci", NOW + 6) && !is_revoked(&changed, "other", NOW + 5));
        assert_eq!(changed.revocations.len(), usize::from(is_withdrawn));
        assert!(!project.revocations.iter().any(|_| true));
    }
    let enabled =
        apply(&apply(&full, &with("disabled", true.into())).unwrap(), &with("disabled", false.into()));
    assert!(is_revoked(&enabled.unwrap(), "ci", NOW), "older tokens stay revoked");
}

#[test]
fn accounts_of_a_deleted_project_have_no_tokens_in_the_next_one() {
    let gone = apply(&project(), &Change::DeleteProject).unwrap();
    assert_eq!(gone.snapshot_text().unwrap(), r#"{"version":3,"deleted":true}"#);
    let new =
        apply(&apply(&gone, &Change::PutProject { label: None }).unwrap(), &add("ci", &json!({}))).unwrap();
    assert!(is_revoked(&new, "ci", NOW) && !is_revoked(&new, "ci", NOW + 1));
    assert_ne!(new.accounts[0].secrets[0].secret_id, project().accounts[0].secrets[0].secret_id);
}

#[test]
fn an_account_can_own_the_project() {
    let owner = json!({ "roles": ["owner"] });
    let applied = |project: &Project, change: &Change| apply_at(NOW, project, change).unwrap();
    let with_owner = applied(&empty(), &add("ci", &owner)).project;
    assert!(with_owner.has_owners() && !project().has_owners());
    for change in [
        remove("ci"),
        replace("ci", &json!({})),
        replace("ci", &json!({ "roles": ["owner"], "disabled": true })),
    ] {
        assert!(applied(&with_owner, &change).loses_owners, "{change:?}");
    }
    assert!(!applied(&with_owner, &regenerate("ci", 0)).loses_owners);
}

#[test]
fn no_change_shows_its_secret() {
    for change in [add("ci", &json!({})), regenerate("ci", 0)] {
        let secret = change.secret().unwrap().clone();
        let applied =
            apply_at(NOW, &if change == regenerate("ci", 0) { project() } else { empty() }, &change).unwrap();
        let shown =
            format!("{change:?} {applied:?} {} {:?}", serde_json::to_string(&change).unwrap(), applied.after);
        let random = secret.reveal().split('_').nth(1).unwrap();
        assert!(!shown.contains(random) && !applied.project.snapshot_text().unwrap().contains("sha256"));
        let stored = serde_json::to_string(&applied.project.accounts).unwrap();
        assert!(!stored.contains(random) && stored.contains("sha256"));
    }
    let names = [
        add("ci", &json!({})),
        replace("ci", &json!({})),
        remove("ci"),
        regenerate("ci", 5),
        remove_secret("ci", "s2"),
    ]
    .map(|change| serde_json::to_value(change).unwrap().as_object().unwrap().keys().next().unwrap().clone());
    let expected = [
        "add_service_account",
        "replace_service_account",
        "remove_service_account",
        "regenerate_secret",
        "remove_secret",
    ];
    assert_eq!(names, expected);
}
