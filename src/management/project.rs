//! A project as its owners configured it.

use std::collections::BTreeSet;

use serde_json::{Map, Value, json};

use crate::config::blocked_key::BlockedKey;
use crate::config::custom_idp::CustomIdp;
use crate::config::snapshot::Snapshot;

/// A project: its entries as they were written, in order, and a version that grows by one with each change.
///
/// A project that is deleted keeps its version, so that one of the same name goes on from there.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Project {
    /// Whether the project exists.
    pub exists: bool,
    /// Grows by one with each change, over all projects of this name.
    pub version: u64,
    /// Its name for people, by language.
    pub label: Option<Value>,
    /// Its identity providers.
    pub idps: Vec<Value>,
    /// The blocked keys.
    pub blocked: Vec<BlockedKey>,
}

impl Project {
    pub(super) fn position(&self, id: &str) -> Option<usize> {
        self.idps.iter().position(|idp| idp.get("id").and_then(Value::as_str) == Some(id))
    }

    pub(super) fn blocked_position(&self, iss: &str, kid: &str) -> Option<usize> {
        self.blocked.iter().position(|key| key.iss == iss && key.kid == kid)
    }

    /// The key that was blocked by that name; without one, the first with that thumbprint.
    pub(super) fn blocked_by(&self, iss: &str, name: &str) -> Option<&BlockedKey> {
        let named = self.blocked_position(iss, name).and_then(|position| self.blocked.get(position));
        named.or_else(|| self.blocked.iter().find(|key| key.is_named(iss, name)))
    }

    /// Whether an entry names the role `owner`, so that somebody can own the project.
    pub fn has_owners(&self) -> bool {
        let snapshot = self.snapshot().and_then(|snapshot| Snapshot::parse_stored(&snapshot).ok());
        snapshot.is_some_and(|snapshot| snapshot.idps().iter().any(CustomIdp::names_owner))
    }

    /// The entry with that id.
    pub fn idp(&self, id: &str) -> Option<&Value> {
        self.idps.get(self.position(id)?)
    }

    /// The ids of the entries in their order.
    pub fn order(&self) -> Value {
        self.idps.iter().filter_map(|idp| idp.get("id").cloned()).collect()
    }

    /// The project without its entries: `{"label"}`, if there is one.
    pub fn representation(&self) -> Option<Value> {
        let mut representation = Map::new();
        if let Some(label) = &self.label {
            representation.insert("label".to_owned(), label.clone());
        }
        self.exists.then_some(Value::Object(representation))
    }

    /// What the edge reads: `{"version", "idps"}`, and `distrustedKeys` where there are any; of a deleted project
    /// `{"version", "deleted"}`, and nothing of one that never was.
    pub fn snapshot(&self) -> Option<Value> {
        if !self.exists {
            return (self.version > 0).then(|| json!({ "version": self.version, "deleted": true }));
        }
        let mut snapshot = json!({ "version": self.version, "idps": self.idps });
        if !self.blocked.is_empty()
            && let Some(snapshot) = snapshot.as_object_mut()
        {
            snapshot.insert("distrustedKeys".to_owned(), json!(self.blocked));
        }
        Some(snapshot)
    }

    /// The issuers that the entries name, each once.
    pub fn issuers(&self) -> BTreeSet<&str> {
        let mut issuers = BTreeSet::new();
        issuers.extend(self.idps.iter().filter_map(|idp| idp.get("iss").and_then(Value::as_str)));
        issuers
    }
}
