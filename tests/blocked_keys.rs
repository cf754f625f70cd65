//! Keys that a project blocks.

#![allow(clippy::unwrap_used, reason = "a failing test panics")]

use std::sync::Arc;

use edge_authorizer::management::{Change, ChangeContext, Precondition, Project, Refusal};
use edge_authorizer::{BlockedKey, Issuer, NumericDate, ProjectId, Snapshot};
use serde_json::json;

fn apply(project: &Project, change: &Change) -> Result<Project, Refusal> {
    let (id, now) = (&ProjectId::try_from("plant7").unwrap(), NumericDate::from_seconds(1_800_000_000.0));
    let context = ChangeContext { id, now, public_url: None };
    project.apply(change, &Precondition::default(), &context).map(|applied| applied.project)
}

/// A project with one entry.
fn project() -> Project {
    let entry = json!({
        "id": "aa", "iss": "https://issuer.example", "label": { "en": "x" }, "idClaim": "sub",
        "roleDetection": "DEFINED", "definedRoles": ["access"],
    });
    let new = apply(&Project::default(), &Change::PutProject { label: None }).unwrap();
    apply(&new, &Change::AddIdp { idp: Arc::new(entry) }).unwrap()
}

#[test]
fn a_blocked_key_stays_blocked_until_it_is_unblocked() {
    // By `kid` and thumbprint.
    let [key, renamed, replaced] = [("k", "A"), ("other", "A"), ("k", "E")];
    let (iss, kid) = ("https://issuer.example".to_owned(), "k".to_owned());
    let issuer = Issuer::try_from(&*iss).unwrap();
    let block = |thumbprint| {
        let key = BlockedKey { iss: iss.clone(), kid: kid.clone(), thumbprint };
        apply(&project(), &Change::BlockKey(key)).unwrap()
    };
    let blocks = |project: &Project, issuer: &Issuer, (kid, thumbprint): (&str, &str)| {
        let snapshot = project.snapshot().unwrap().unwrap();
        let published = serde_json::from_str(&project.snapshot_text().unwrap()).unwrap();
        let published = Snapshot::parse_stored(&published).unwrap();
        assert_eq!(
            snapshot.blocks(issuer, Some(kid), thumbprint),
            published.blocks(issuer, Some(kid), thumbprint)
        );
        snapshot.blocks(issuer, Some(kid), thumbprint)
    };
    let by_id = block(None);
    assert_eq!([key, renamed, replaced].map(|key| blocks(&by_id, &issuer, key)), [true, false, true]);
    let by_both = block(Some("A".to_owned()));
    assert_eq!([key, renamed, replaced].map(|key| blocks(&by_both, &issuer, key)), [true, true, true]);
    let other = Issuer::try_from("https://other.example").unwrap();
    assert!(!blocks(&by_both, &other, key));
    let unblock = Change::UnblockKey { iss: iss.clone(), kid: kid.clone() };
    let again = apply(&by_both, &unblock).unwrap();
    assert!(!blocks(&again, &issuer, key));
    assert_eq!(apply(&again, &unblock), Err(Refusal::NotFound));
}

#[test]
fn a_thumbprint_unblocks_a_key_that_was_blocked_by_its_id() {
    let key = |kid: &str, thumbprint: Option<&str>| BlockedKey {
        iss: "https://issuer.example".to_owned(),
        kid: kid.to_owned(),
        thumbprint: thumbprint.map(str::to_owned),
    };
    let blocked = |keys: &[BlockedKey], name: &str| {
        let project = keys
            .iter()
            .fold(project(), |project, key| apply(&project, &Change::BlockKey(key.clone())).unwrap());
        let (iss, kid) = ("https://issuer.example".to_owned(), name.to_owned());
        apply(&project, &Change::UnblockKey { iss, kid })
            .map(|project| project.blocked.iter().map(|key| key.kid.clone()).collect::<Vec<_>>())
    };
    let keys = [key("k1", Some("T1")), key("k2", Some("T2")), key("T1", Some("T1")), key("k3", None)];
    for (name, left) in [
        ("k1", &["k2", "T1", "k3"][..]),
        ("k2", &["k1", "T1", "k3"]),
        ("T2", &["k1", "T1", "k3"]),
        ("T1", &["k2", "k3"]),
        ("k3", &["k1", "k2", "T1"]),
    ] {
        assert_eq!(blocked(&keys, name).unwrap(), left, "{name}");
    }
    assert_eq!(blocked(&keys, "T3"), Err(Refusal::NotFound));
}
