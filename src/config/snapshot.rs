//! The published form of a project.

use serde_json::Value;

use crate::config::blocked_key::BlockedKey;
use crate::config::custom_idp::CustomIdp;
use crate::config::revocation::{Revocable, Revocation, Revocations};
use crate::document_reader::{self, Node};
use crate::fault::Faults;
use crate::issuer::Issuer;
use crate::versioned::Versioned;

/// A project's entries, in the order in which they are matched, its blocked keys and revocations; or a tombstone if the project
/// was deleted.
#[derive(Clone, Debug)]
pub struct Snapshot {
    version: u64,
    is_deleted: bool,
    idps: Vec<CustomIdp>,
    blocked: Vec<BlockedKey>,
    revocations: Revocations,
}

impl Versioned for Snapshot {
    fn is_older_than(&self, other: &Self) -> bool {
        self.version < other.version
    }
}

impl Snapshot {
    /// Reads a snapshot that a user wrote.
    pub fn parse(document: &Value) -> Result<Self, Faults> {
        document_reader::read(document, Self::read)
    }

    /// Reads the stored form: `{"version": 1, "idps": [entry, …], "distrustedKeys": [key, …], "revocations": [revocation, …]}`,
    /// the last two if there are any; or `{"version": 2, "deleted": true}`.
    pub fn parse_stored(document: &Value) -> Result<Self, Faults> {
        document_reader::read_stored(document, Self::read)
    }

    /// The snapshot of a project with these entries and revocations, as they are stored.
    pub fn of_entries<'e>(
        version: u64,
        entries: impl Iterator<Item = &'e Value>,
        blocked: Vec<BlockedKey>,
        revocations: impl Iterator<Item = &'e Value>,
    ) -> Result<Self, Faults> {
        let mut idps: Vec<CustomIdp> = Vec::with_capacity(entries.size_hint().0);
        for (entry, position) in entries.zip(0_usize..) {
            let idp = document_reader::read_stored(entry, CustomIdp::read)?;
            if idps.iter().any(|other| other.id == idp.id) {
                return Err(Faults::one(&format!("/idps/{position}"), Some(entry), "an `id` of its own"));
            }
            idps.push(idp);
        }
        let unreadable = || Faults::one("/revocations", None, "a list of revocations");
        let revocations = Revocations::parse(revocations).ok_or_else(unreadable)?;
        Ok(Self { version, is_deleted: false, idps, blocked, revocations })
    }

    /// The snapshot by which callers have roles on the platform: the entry of the gateway's own issuer and no other, whatever
    /// a project of the platform's name had in an earlier release, and what is revoked by what was published.
    pub fn of_platform(entry: CustomIdp, published: Option<&Self>) -> Self {
        let (version, revocations) = published
            .map_or_else(Default::default, |published| (published.version, published.revocations.clone()));
        Self { version, is_deleted: false, idps: vec![entry], blocked: Vec::new(), revocations }
    }

    fn read(node: &Node<'_>) -> Option<Self> {
        node.properties(|snapshot| {
            let version = snapshot
                .required("version", "the snapshot's version")
                .and_then(|node| node.integer(0..=u64::MAX));
            let deleted = snapshot.optional("deleted").map_or(Some(false), |node| node.boolean());
            if deleted == Some(true) {
                let (idps, blocked, revocations) = Default::default();
                return Some(Self { version: version?, is_deleted: true, idps, blocked, revocations });
            }
            let idps = snapshot.required("idps", "the list of entries").and_then(|node| read_idps(&node));
            let blocked = snapshot.optional("distrustedKeys").map(|node| read_blocked(&node));
            let revocations = match snapshot.optional("revocations") {
                Some(node) => Revocations::read(&node),
                None => Some(Revocations::default()),
            };
            let (idps, blocked) = (idps?, blocked.unwrap_or_else(|| Some(Vec::new()))?);
            let (version, is_deleted, revocations) = (version?, deleted?, revocations?);
            Some(Self { version, is_deleted, idps, blocked, revocations })
        })
    }

    /// Whether the project was deleted. A tombstone is newer than every snapshot before it, which a replica may still have.
    pub fn is_deleted(&self) -> bool {
        self.is_deleted
    }

    /// The version of the project that it shows.
    pub fn version(&self) -> u64 {
        self.version
    }

    /// The entries in their order.
    pub fn idps(&self) -> &[CustomIdp] {
        &self.idps
    }

    /// Whether the project blocks the key of `issuer` with that `kid` and thumbprint.
    pub fn blocks(&self, issuer: &Issuer, kid: Option<&str>, thumbprint: &str) -> bool {
        self.blocked.iter().any(|blocked| blocked.is(issuer, kid, thumbprint))
    }

    /// The revocation of a token, if the project revokes it.
    pub fn revocation(&self, token: &Revocable<'_>) -> Option<&Revocation> {
        self.revocations.find(token)
    }
}

fn read_blocked(node: &Node<'_>) -> Option<Vec<BlockedKey>> {
    node.elements()?.iter().map(BlockedKey::read).collect()
}

fn read_idps(node: &Node<'_>) -> Option<Vec<CustomIdp>> {
    let mut idps: Vec<CustomIdp> = Vec::new();
    for element in node.elements()? {
        // The faults of one entry are noted; the others are read nevertheless.
        let Some(idp) = CustomIdp::read(&element) else { continue };
        if idps.iter().any(|other| other.id == idp.id) {
            element.fault("an `id` of its own");
        }
        idps.push(idp);
    }
    idps.shrink_to_fit();
    Some(idps)
}
