//! What the edge knows of a project.

use serde_json::Value;

use crate::cache::Versioned;
use crate::distrusted::DistrustedKey;
use crate::document::{self, Faults, Node};
use crate::idp::CustomIdp;
use crate::issuer::Issuer;
use crate::key::Key;

/// A project's identity providers, in the order in which they are asked, and the keys that it does not trust.
#[derive(Clone, Debug)]
pub struct Snapshot {
    version: u64,
    idps: Vec<CustomIdp>,
    distrusted: Vec<DistrustedKey>,
}

impl Versioned for Snapshot {
    fn is_older_than(&self, other: &Self) -> bool {
        self.version < other.version
    }
}

impl Snapshot {
    /// Reads the stored form: `{"version": 1, "idps": [entry, …], "distrustedKeys": [key, …]}`, the last if there are any.
    pub fn parse(document: &Value) -> Result<Self, Faults> {
        document::read(document, Self::read)
    }

    fn read(node: &Node<'_>) -> Option<Self> {
        node.properties(|snapshot| {
            let version = snapshot
                .required("version", "the snapshot's version")
                .and_then(|node| node.integer(0..=u64::MAX));
            let idps = snapshot.required("idps", "the list of entries").and_then(|node| read_idps(&node));
            let distrusted = snapshot.optional("distrustedKeys").map(|node| read_distrusted(&node));
            Some(Self { version: version?, idps: idps?, distrusted: distrusted.unwrap_or(Some(Vec::new()))? })
        })
    }

    /// The entries in their order.
    pub fn idps(&self) -> &[CustomIdp] {
        &self.idps
    }

    /// Whether a key of `issuer` counts for this project.
    pub fn trusts(&self, issuer: &Issuer, key: &Key) -> bool {
        !self.distrusted.iter().any(|distrusted| distrusted.is(issuer, key.id(), key.thumbprint_text()))
    }
}

fn read_distrusted(node: &Node<'_>) -> Option<Vec<DistrustedKey>> {
    node.elements()?.iter().map(DistrustedKey::read).collect()
}

fn read_idps(node: &Node<'_>) -> Option<Vec<CustomIdp>> {
    let mut idps: Vec<CustomIdp> = Vec::new();
    for element in node.elements()? {
        // What keeps one entry from being read is noted already; the others are read on.
        let Some(idp) = CustomIdp::read(&element) else { continue };
        if idps.iter().any(|other| other.id == idp.id) {
            element.fault("an `id` of its own");
        }
        idps.push(idp);
    }
    Some(idps)
}
