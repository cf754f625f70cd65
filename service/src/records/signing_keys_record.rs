//! A set of keys that the gateway signs with, as it is stored.

use edge_authorizer::NumericDate;
use edge_authorizer::accounts::{AssertionKey, SigningKeys};
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
    /// What is published of them: the issuer as others know it, or the key that signs assertions.
    pub public: IssuerRecord,
    /// What another release stored besides.
    others: Map<String, Value>,
}

impl Format for SigningKeysRecord {}

impl SigningKeysRecord {
    /// Has the current key published as the one that signs assertions, unless it is already. The version grows even if what
    /// was published before is not known any more.
    pub fn set_assertion_key(&mut self, now: NumericDate) {
        let Some(key) = self.keys.current() else { return };
        let last = self.public.record.as_ref().and_then(|last| AssertionKey::parse_stored(last).ok());
        let version = last.as_ref().map_or(0, |last| last.version);
        let current = AssertionKey {
            version,
            issuer: self.public.issuer.clone(),
            kid: key.kid().to_owned(),
            sealed: key.sealed.clone(),
        };
        if last.as_ref() != Some(&current) {
            let version = now.whole_seconds().max(version.saturating_add(1));
            self.public.record = serde_json::to_value(AssertionKey { version, ..current }).ok();
            self.public.is_published = false;
        }
    }
}

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
