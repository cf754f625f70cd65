//! The routes as they are stored.

use std::sync::Arc;

use serde::{Deserialize, Serialize};
use serde_json::{Map, Value};

use super::format::{FORMAT, Format, UnknownFormat};
use super::lease::Lease;

/// The routes document, its version and the one that is published.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
#[serde(try_from = "Wire", into = "Wire")]
pub struct RoutesRecord {
    /// The document; `None` if there is none yet.
    pub document: Option<Arc<Value>>,
    /// Grows by one with each change.
    pub version: u64,
    /// The version that was published last.
    pub published: u64,
    /// The right to publish it.
    pub lease: Option<Lease>,
    /// What another release stored besides.
    others: Map<String, Value>,
}

impl Format for RoutesRecord {}

/// The stored form.
#[derive(Serialize, Deserialize)]
struct Wire {
    #[serde(default)]
    format: u32,
    document: Option<Arc<Value>>,
    version: u64,
    published: u64,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    lease: Option<Lease>,
    #[serde(flatten)]
    others: Map<String, Value>,
}

impl TryFrom<Wire> for RoutesRecord {
    type Error = UnknownFormat;

    fn try_from(wire: Wire) -> Result<Self, UnknownFormat> {
        let Wire { format, document, version, published, lease, others } = wire;
        UnknownFormat::check(format)?;
        Ok(Self { document, version, published, lease, others })
    }
}

impl RoutesRecord {
    /// What is published: the document with its version, by which replicas know it from an older one.
    pub fn publication(&self) -> Option<Value> {
        let mut publication = Value::clone(self.document.as_ref()?);
        if let Some(properties) = publication.as_object_mut() {
            properties.insert("version".to_owned(), self.version.into());
        }
        Some(publication)
    }
}

impl From<RoutesRecord> for Wire {
    fn from(record: RoutesRecord) -> Self {
        let RoutesRecord { document, version, published, lease, others } = record;
        Self { format: FORMAT, document, version, published, lease, others }
    }
}
