//! An issuer as it is stored.

use edge_authorizer::{FetchedKeys, NumericDate, RefreshSchedule};
use serde::{Deserialize, Serialize};
use serde_json::{Map, Value};

use super::format::{FORMAT, Format, UnknownFormat};
use super::lease::Lease;
use crate::host::IssuerResponse;

/// What is known of an issuer.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
#[serde(try_from = "Wire", into = "Wire")]
pub struct IssuerRecord {
    /// The issuer.
    pub issuer: String,
    /// When its keys are fetched.
    pub schedule: RefreshSchedule,
    /// The last good keys, as they are published.
    pub record: Option<Value>,
    /// Whether they are published.
    pub is_published: bool,
    /// Whether they are being removed from the replicas.
    pub is_removing: bool,
    /// The right to publish it.
    pub lease: Option<Lease>,
    /// What another release stored besides.
    others: Map<String, Value>,
}

impl Format for IssuerRecord {}

/// The stored form.
#[derive(Serialize, Deserialize)]
struct Wire {
    #[serde(default)]
    format: u32,
    issuer: String,
    life: RefreshSchedule,
    record: Option<Value>,
    is_published: bool,
    #[serde(default, skip_serializing_if = "is_false")]
    is_removing: bool,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    lease: Option<Lease>,
    #[serde(flatten)]
    others: Map<String, Value>,
}

#[expect(clippy::trivially_copy_pass_by_ref, reason = "serde calls it so")]
fn is_false(flag: &bool) -> bool {
    !flag
}

impl TryFrom<Wire> for IssuerRecord {
    type Error = UnknownFormat;

    fn try_from(wire: Wire) -> Result<Self, UnknownFormat> {
        let Wire { format, issuer, life, record, is_published, is_removing, lease, others } = wire;
        UnknownFormat::check(format)?;
        Ok(Self { issuer, schedule: life, record, is_published, is_removing, lease, others })
    }
}

impl From<IssuerRecord> for Wire {
    fn from(record: IssuerRecord) -> Self {
        let IssuerRecord { issuer, schedule, record, is_published, is_removing, lease, others } = record;
        Self { format: FORMAT, issuer, life: schedule, record, is_published, is_removing, lease, others }
    }
}

impl IssuerRecord {
    /// An issuer of which nothing is known.
    pub fn new(issuer: &str) -> Self {
        Self { issuer: issuer.to_owned(), ..Self::default() }
    }

    /// Notes keys that were fetched at `began` and serve for `life` seconds. `chance` draws the time of the next fetch.
    pub fn succeed(&mut self, keys: &FetchedKeys, began: NumericDate, life: f64, chance: f64) {
        self.record = Some(keys.stored(began, life, self.record.as_ref()));
        self.is_published = false;
        self.is_removing = false;
        self.schedule.succeed(began, life, chance);
    }

    /// Whether it can be removed if no project is registered: keys that are not published yet were just requested.
    pub fn is_removable(&self) -> bool {
        self.is_published || self.is_removing || self.record.is_none()
    }

    /// What others learn of it.
    pub fn response(&self) -> IssuerResponse {
        IssuerResponse { record: self.record.clone(), schedule: self.schedule.clone() }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_an_older_release_stored_is_read() {
        let kept = r#"{"issuer":"https://a.example","life":{"attempted":1.0,"due":2.0,"failures":0,"error":null},
            "record":{"jwks":{"keys":[]},"fetchedAt":1.0,"expiresAt":2.0,"history":[]},"is_published":true}"#;
        let record = IssuerRecord::read(kept).unwrap();
        assert!(record.is_published && record.record.is_some());
        assert_eq!(record.schedule.due, Some(NumericDate::from_seconds(2.0)));
        assert_eq!(IssuerRecord::read(&record.write().unwrap()).unwrap(), record);
    }
}
