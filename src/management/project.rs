//! A project as its owners configured it.

use std::collections::BTreeSet;
use std::sync::Arc;

use serde::Serialize;
use serde_json::{Map, Value};

use crate::accounts::{ACCOUNTS, PublicUrl, ServiceAccount, built_in_entry};
use crate::config::blocked_key::BlockedKey;
use crate::config::custom_idp::CustomIdp;
use crate::config::role::{OWNER, Role, Roles};
use crate::config::snapshot::Snapshot;
use crate::document_reader;
use crate::fault::Faults;

/// A project: its entries as they were written, in order, and a version that grows by one with each change.
///
/// A project that is deleted keeps its version, so that one of the same name goes on from there.
#[derive(Clone, Debug, PartialEq)]
pub struct Project {
    /// Whether the project exists.
    pub exists: bool,
    /// Grows by one with each change, over all projects of this name.
    pub version: u64,
    /// Its name for people, by language.
    pub label: Option<Value>,
    /// Its identity providers. The versions of a project share those that no change replaced.
    pub idps: Vec<Arc<Value>>,
    /// The blocked keys.
    pub blocked: Vec<BlockedKey>,
    /// The revocations, each with its id, oldest first.
    pub revocations: Vec<Arc<Value>>,
    /// The service accounts.
    pub accounts: Vec<Arc<ServiceAccount>>,
    /// The roles that users can have in it: the entry of the gateway's own issuer names them.
    pub member_roles: Roles,
    /// Where the gateway was reached when the project was changed last: it determines the gateway's own issuer.
    pub public_url: Option<PublicUrl>,
}

impl Default for Project {
    fn default() -> Self {
        Self {
            exists: false,
            version: 0,
            label: None,
            idps: Vec::new(),
            blocked: Vec::new(),
            revocations: Vec::new(),
            accounts: Vec::new(),
            member_roles: Arc::new([]),
            public_url: None,
        }
    }
}

impl Project {
    pub(super) fn position(&self, id: &str) -> Option<usize> {
        self.idps.iter().position(|idp| is_named(idp, id))
    }

    pub(super) fn blocked_position(&self, iss: &str, kid: &str) -> Option<usize> {
        self.blocked.iter().position(|key| key.iss == iss && key.kid == kid)
    }

    /// The key that was blocked by that name; without one, the first with that thumbprint.
    pub(super) fn blocked_by(&self, iss: &str, name: &str) -> Option<&BlockedKey> {
        let named = self.blocked_position(iss, name).and_then(|position| self.blocked.get(position));
        named.or_else(|| self.blocked.iter().find(|key| key.is_named(iss, name)))
    }

    /// Whether an entry names the role `owner`, an account has it, or a user can have it, so that somebody can own the project.
    pub fn has_owners(&self) -> bool {
        let names_owner = |idp: &Arc<Value>| {
            let idp = document_reader::read_stored(idp, CustomIdp::read);
            idp.is_ok_and(|idp| idp.names_owner())
        };
        let is_owner = |account: &Arc<ServiceAccount>| {
            let settings = &account.settings;
            !settings.disabled && settings.roles.iter().any(|role| role.as_str() == OWNER)
        };
        let can_be_owner = self.member_roles.iter().any(|role| role.as_str() == OWNER);
        self.idps.iter().any(names_owner) || self.accounts.iter().any(is_owner) || can_be_owner
    }

    /// The entry with that id.
    pub fn idp(&self, id: &str) -> Option<&Value> {
        self.idps.get(self.position(id)?).map(|idp| &**idp)
    }

    pub(super) fn account_position(&self, id: &str) -> Option<usize> {
        self.accounts.iter().position(|account| account.id.as_str() == id)
    }

    /// The service account with that id.
    pub fn account(&self, id: &str) -> Option<&Arc<ServiceAccount>> {
        self.accounts.get(self.account_position(id)?)
    }

    pub(super) fn revocation_position(&self, id: &str) -> Option<usize> {
        self.revocations
            .iter()
            .position(|revocation| revocation.get("id").and_then(Value::as_str) == Some(id))
    }

    /// The revocation with that id.
    pub fn revocation(&self, id: &str) -> Option<&Value> {
        self.revocations.get(self.revocation_position(id)?).map(|revocation| &**revocation)
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

    /// The text that is published: `{"version", "idps"}`, and `distrustedKeys` and `revocations` if there are any; of a
    /// deleted project `{"version", "deleted"}`, and nothing of one that never existed.
    pub fn snapshot_text(&self) -> Option<String> {
        if !self.exists && self.version == 0 {
            return None;
        }
        let built_in = self.built_in_entry();
        let Self { exists, version, blocked, .. } = self;
        let idps = exists.then(|| self.entries(built_in.as_ref()).collect());
        let revocations = if self.exists { &*self.revocations } else { &[] };
        let snapshot = Published { version: *version, idps, blocked, revocations, deleted: !exists };
        serde_json::to_string(&snapshot).ok()
    }

    /// What decides who its owners are, if it exists.
    pub fn snapshot(&self) -> Result<Option<Snapshot>, Faults> {
        let built_in = self.built_in_entry();
        let revocations = self.revocations.iter().map(|revocation| &**revocation);
        let parse = || {
            let entries = self.entries(built_in.as_ref());
            Snapshot::of_entries(self.version, entries, self.blocked.clone(), revocations)
        };
        self.exists.then(parse).transpose()
    }

    /// The entries in the order in which they are matched; the one of the gateway's own issuer is the last.
    fn entries<'p>(&'p self, built_in: Option<&'p Value>) -> impl Iterator<Item = &'p Value> {
        self.idps.iter().map(|idp| &**idp).chain(built_in)
    }

    /// Whether tokens of the gateway's own issuer are accepted: the project has accounts, or can have members.
    pub(super) fn trusts_accounts(&self) -> bool {
        !self.accounts.is_empty() || !self.member_roles.is_empty()
    }

    /// The roles of accounts and those that users can have, some several times.
    pub(super) fn account_roles(&self) -> impl Iterator<Item = &Role> {
        let of_accounts = self.accounts.iter().flat_map(|account| account.settings.roles.iter());
        of_accounts.chain(&*self.member_roles)
    }

    /// The entry of the gateway's own issuer, if the project has accounts. An entry of the same id, which an earlier release
    /// let owners make, is not joined by another.
    fn built_in_entry(&self) -> Option<Value> {
        let public_url = self.public_url.as_ref()?;
        let has_entry = self.trusts_accounts() && self.position(ACCOUNTS).is_none();
        let roles = self.account_roles();
        has_entry.then(|| built_in_entry(public_url, roles))
    }

    /// The next version of a project with accounts or members, if the gateway is reached elsewhere than when it was changed last.
    pub fn moved_to(&self, public_url: &PublicUrl) -> Option<Self> {
        let is_moved = self.trusts_accounts() && self.public_url.as_ref() != Some(public_url);
        let public_url = Some(public_url.clone());
        is_moved.then(|| Self { public_url, version: self.version + 1, ..self.clone() })
    }

    /// The issuers that the entries name, each once.
    pub fn issuers(&self) -> BTreeSet<&str> {
        let mut issuers = BTreeSet::new();
        issuers.extend(self.idps.iter().filter_map(|idp| idp.get("iss").and_then(Value::as_str)));
        issuers
    }
}

/// Whether an entry has that id.
pub(super) fn is_named(idp: &Value, id: &str) -> bool {
    idp.get("id").and_then(Value::as_str) == Some(id)
}

/// The published form.
#[derive(Serialize)]
struct Published<'p> {
    version: u64,
    #[serde(skip_serializing_if = "Option::is_none")]
    idps: Option<Vec<&'p Value>>,
    #[serde(rename = "distrustedKeys", skip_serializing_if = "<[_]>::is_empty")]
    blocked: &'p [BlockedKey],
    #[serde(skip_serializing_if = "<[_]>::is_empty")]
    revocations: &'p [Arc<Value>],
    #[serde(skip_serializing_if = "std::ops::Not::not")]
    deleted: bool,
}
