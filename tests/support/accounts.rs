//! A project with service accounts, and changes to it.

#![allow(clippy::unwrap_used, reason = "a failing test panics")]

use std::sync::Arc;

use edge_authorizer::accounts::{AccountSettings, ClientSecret, PublicUrl};
use edge_authorizer::management::{
    AccountChange, Applied, Change, ChangeContext, Precondition, Project, Refusal,
};
use edge_authorizer::{NumericDate, ProjectId, Revocable, Snapshot};
use serde_json::{Value, json};

pub const NOW: u64 = 1_800_000_000;
pub const URL: &str = "https://gateway.example.com";

pub fn public_url(text: &str) -> PublicUrl {
    PublicUrl::try_from(text).unwrap()
}

pub fn apply_at(seconds: u64, project: &Project, change: &Change) -> Result<Applied, Refusal> {
    let id = &ProjectId::try_from("plant7").unwrap();
    let now = NumericDate::from_seconds(f64::from(u32::try_from(seconds).unwrap()));
    project.apply(
        change,
        &Precondition::default(),
        &ChangeContext { id, now, public_url: Some(&public_url(URL)) },
    )
}

pub fn apply(project: &Project, change: &Change) -> Result<Project, Refusal> {
    apply_at(NOW, project, change).map(|applied| applied.project)
}

pub fn settings(members: &Value) -> AccountSettings {
    let mut document = json!({ "label": { "en": "CI" }, "roles": ["access"], "disabled": false });
    document.as_object_mut().unwrap().extend(members.as_object().unwrap().clone());
    AccountSettings::read(&document, false).unwrap()
}

pub fn secret(number: u8) -> ClientSecret {
    ClientSecret::new(&[number; 32])
}

pub fn add(id: &str, members: &Value) -> Change {
    let id = id.try_into().unwrap();
    Change::Account(AccountChange::AddServiceAccount { id, settings: settings(members), secret: secret(1) })
}

pub fn replace(id: &str, members: &Value) -> Change {
    Change::Account(AccountChange::ReplaceServiceAccount { id: id.to_owned(), settings: settings(members) })
}

pub fn regenerate(id: &str, overlap: u64) -> Change {
    Change::Account(AccountChange::RegenerateSecret { id: id.to_owned(), overlap, secret: secret(2) })
}

pub fn remove_secret(id: &str, secret_id: &str) -> Change {
    let (id, secret_id) = (id.to_owned(), secret_id.to_owned());
    Change::Account(AccountChange::RemoveSecret { id, secret_id })
}

pub fn remove(id: &str) -> Change {
    Change::Account(AccountChange::RemoveServiceAccount { id: id.to_owned() })
}

pub fn entry(members: &Value) -> Arc<Value> {
    let mut entry = json!({
        "id": "idp", "iss": "https://issuer.example", "label": { "en": "x" }, "idClaim": "sub",
        "roleDetection": "DEFINED", "definedRoles": ["access"],
    });
    entry.as_object_mut().unwrap().extend(members.as_object().unwrap().clone());
    Arc::new(entry)
}

pub fn empty() -> Project {
    apply(&Project::default(), &Change::PutProject { label: None }).unwrap()
}

/// A project with the account `ci`.
pub fn project() -> Project {
    apply(&empty(), &add("ci", &json!({}))).unwrap()
}

pub fn published(project: &Project) -> Snapshot {
    Snapshot::parse_stored(&serde_json::from_str(&project.snapshot_text().unwrap()).unwrap()).unwrap()
}

/// Whether a token of an account that was issued at a time is revoked.
pub fn is_revoked(project: &Project, account: &str, issued: u64) -> bool {
    let client = format!("plant7/{account}");
    let properties = [Some("accounts"), Some(&*client), Some(&*client), Some("t1")];
    let issued = NumericDate::from_seconds(f64::from(u32::try_from(issued).unwrap()));
    published(project).revocation(&Revocable { properties, issued }).is_some()
}
