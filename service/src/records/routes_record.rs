//! The routes as they are stored.

use serde::{Deserialize, Serialize};
use serde_json::{Map, Value};

use super::format::{FORMAT, Format, UnknownFormat};
use super::lease::Lease;

/// The routes document, its version and the one that is published. At Cloudflare it is the row of the table `gateway`.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
#[serde(try_from = "Wire", into = "Wire")]
pub struct RoutesRecord {
    /// The document; `None` if there is none yet.
    pub document: Option<Value>,
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
    document: Option<Value>,
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
        let mut publication = self.document.clone()?;
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
