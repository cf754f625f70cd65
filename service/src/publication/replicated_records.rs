//! How each record is published.

use edge_authorizer::NumericDate;
use edge_authorizer::accounts::{ASSERTION_KEY, SigningSet};
use edge_authorizer::management::Registration;

use super::replicated::Replicated;
use crate::host::{
    Directory, Failure, IssuerRequest, Issuers, Key, Listed, LogSink, ReplicaWrite, Space, Store,
};
use crate::records::{IssuerRecord, Lease, ProjectRecord, RoutesRecord, SigningKeysRecord};
use crate::users::announce_members;

/// How long a tombstone is kept, in seconds: far longer than any replica lags behind. An absent key would say less: absence has
/// no version, so an older snapshot of a replica could come after it.
const TOMBSTONE_SECONDS: u32 = 30 * 86_400;

impl Replicated for ProjectRecord {
    fn unpublished(&self, key: &Key) -> Option<ReplicaWrite> {
        if self.published == self.project().version {
            return None;
        }
        let value = self.project().snapshot_text();
        let lifetime = (!self.project().exists && value.is_some()).then_some(TOMBSTONE_SECONDS);
        Some(ReplicaWrite {
            space: Space::Config,
            key: key.config_key().unwrap_or_default(),
            value,
            lifetime,
        })
    }

    async fn announce(
        &self,
        host: &(impl Store + Issuers + Directory + LogSink),
        key: &Key,
    ) -> Result<(), Failure> {
        let Key::Project(id) = key else { return Ok(()) };
        let listed = Listed { id: id.as_str().to_owned(), label: self.project().label.clone() };
        host.list(id, Some(&listed).filter(|_| self.project().exists && !id.is_platform())).await?;
        for registration in self.issuers.pending(&self.project().issuers()) {
            let project = id.as_str().to_owned();
            let (iss, request) = match registration {
                Registration::Register(iss) => (iss, IssuerRequest::Register { project }),
                Registration::Unregister(iss) => (iss, IssuerRequest::Unregister { project }),
            };
            let answer = host.ask_issuer(iss, &request).await;
            answer.map_err(|_| Failure(format!("the issuer {iss} cannot be reached")))?;
        }
        announce_members(host, id, self).await
    }

    fn mark_published(&mut self, _now: NumericDate) {
        self.settle();
    }

    fn lease(&mut self) -> &mut Option<Lease> {
        &mut self.lease
    }

    fn next_wake(&self, _now: NumericDate) -> Option<f64> {
        None
    }
}

impl Replicated for RoutesRecord {
    fn unpublished(&self, key: &Key) -> Option<ReplicaWrite> {
        if self.published == self.version {
            return None;
        }
        let value = Some(self.publication()?.to_string());
        Some(ReplicaWrite { space: Space::Config, key: key.to_string(), value, lifetime: None })
    }

    async fn announce(
        &self,
        _host: &(impl Store + Issuers + Directory + LogSink),
        _key: &Key,
    ) -> Result<(), Failure> {
        Ok(())
    }

    fn mark_published(&mut self, _now: NumericDate) {
        self.published = self.version;
    }

    fn lease(&mut self) -> &mut Option<Lease> {
        &mut self.lease
    }

    fn next_wake(&self, _now: NumericDate) -> Option<f64> {
        None
    }
}

impl Replicated for IssuerRecord {
    fn unpublished(&self, key: &Key) -> Option<ReplicaWrite> {
        let record = self.record.as_ref().filter(|_| !self.is_published)?;
        let value = Some(record.to_string());
        Some(ReplicaWrite { space: Space::Keys, key: key.to_string(), value, lifetime: None })
    }

    async fn announce(
        &self,
        _host: &(impl Store + Issuers + Directory + LogSink),
        _key: &Key,
    ) -> Result<(), Failure> {
        Ok(())
    }

    fn mark_published(&mut self, _now: NumericDate) {
        self.is_published = true;
        self.is_removing = false;
    }

    fn lease(&mut self) -> &mut Option<Lease> {
        &mut self.lease
    }

    fn next_wake(&self, now: NumericDate) -> Option<f64> {
        let due = self.schedule.due.filter(|_| self.is_published || self.record.is_none());
        Some(due.map_or(0.0, |due| due.as_seconds() - now.as_seconds()).max(0.0))
    }
}

/// Keys for access tokens are published like those of any issuer; of the keys for assertions, the one that signs.
impl Replicated for SigningKeysRecord {
    fn unpublished(&self, key: &Key) -> Option<ReplicaWrite> {
        let write = self.public.unpublished(&Key::Issuer(self.public.issuer.clone()))?;
        if *key == Key::SigningKeys(SigningSet::Assertions) {
            return Some(ReplicaWrite { space: Space::Config, key: ASSERTION_KEY.to_owned(), ..write });
        }
        Some(write)
    }

    async fn announce(
        &self,
        _host: &(impl Store + Issuers + Directory + LogSink),
        _key: &Key,
    ) -> Result<(), Failure> {
        Ok(())
    }

    fn mark_published(&mut self, now: NumericDate) {
        self.public.mark_published(now);
        self.keys.note_published(now);
    }

    fn lease(&mut self) -> &mut Option<Lease> {
        &mut self.public.lease
    }

    /// By then the keys are published anew, which shows readers that they are current. What else is due then is done, too.
    fn next_wake(&self, now: NumericDate) -> Option<f64> {
        self.public.next_wake(now)
    }
}
