//! The signing keys of the gateway's own issuer as they are stored.

use edge_authorizer::accounts::SigningKeys;
use serde::{Deserialize, Serialize};
use serde_json::{Map, Value};

use super::format::{FORMAT, Format, UnknownFormat};
use super::issuer_record::IssuerRecord;

/// The keys, with their sealed private parts, and what is published of them.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
#[serde(try_from = "Wire", into = "Wire")]
pub struct SigningKeysRecord {
    /// The keys.
    pub keys: SigningKeys,
    /// The issuer as others know it.
    pub public: IssuerRecord,
    /// What another release stored besides.
    others: Map<String, Value>,
}

impl Format for SigningKeysRecord {}

/// The stored form.
#[derive(Serialize, Deserialize)]
struct Wire {
    format: u32,
    keys: SigningKeys,
    public: IssuerRecord,
    #[serde(flatten)]
    others: Map<String, Value>,
}

impl TryFrom<Wire> for SigningKeysRecord {
    type Error = UnknownFormat;

    fn try_from(wire: Wire) -> Result<Self, UnknownFormat> {
        let Wire { format, keys, public, others } = wire;
        UnknownFormat::check(format)?;
        Ok(Self { keys, public, others })
    }
}

impl From<SigningKeysRecord> for Wire {
    fn from(record: SigningKeysRecord) -> Self {
        let SigningKeysRecord { keys, public, others } = record;
        Self { format: FORMAT, keys, public, others }
    }
}
