//! What the edge knows of a project.

use serde_json::Value;

use crate::cache::Versioned;
use crate::document::{self, Faults, Node};
use crate::idp::CustomIdp;

/// A project's identity providers, in the order in which they are asked.
#[derive(Clone, Debug)]
pub struct Snapshot {
    version: u64,
    idps: Vec<CustomIdp>,
}

impl Versioned for Snapshot {
    fn is_older_than(&self, other: &Self) -> bool {
        self.version < other.version
    }
}

impl Snapshot {
    /// Reads the stored form: `{"version": 1, "idps": [entry, …]}`.
    pub fn parse(document: &Value) -> Result<Self, Faults> {
        document::read(document, Self::read)
    }

    fn read(node: &Node<'_>) -> Option<Self> {
        node.properties(|snapshot| {
            let version = snapshot
                .required("version", "the snapshot's version")
                .and_then(|node| node.integer(0..=u64::MAX));
            let idps = snapshot.required("idps", "the list of entries").and_then(|node| read_idps(&node));
            Some(Self { version: version?, idps: idps? })
        })
    }

    /// The entries in their order.
    pub fn idps(&self) -> &[CustomIdp] {
        &self.idps
    }
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
