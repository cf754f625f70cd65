//! An issuer's keys: fetched ahead of time, published, and removed when no project names the issuer.

use std::sync::Arc;

use edge_authorizer::{FetchReason, Issuer, NumericDate, Unavailable};

use super::discovery::{Discovered, NotDiscovered, discover};
use super::unstored::UnstoredIssuers;
use crate::host::{
    Commit, CommitError, ControlHost, IssuerRequest, IssuerResponse, Key, Reference, ReplicaWrite, Space,
};
use crate::log::warning;
use crate::publication::{RETRY, Replicated, Turns, publish};
use crate::records::{IssuerRecord, Lease, Loaded, MAX_ATTEMPTS, Records, Update, failed};
use crate::settings::Settings;

/// Fetches issuers' keys, for one host.
pub struct IssuerService<'s, H: ControlHost> {
    pub records: Records<'s, H>,
    pub settings: &'s Settings,
    pub turns: &'s Turns<H::Signal>,
    pub unstored: &'s UnstoredIssuers,
}

impl<H: ControlHost> IssuerService<'_, H> {
    /// Answers a request about an issuer.
    pub async fn answer(&self, issuer: &str, request: &IssuerRequest) -> Result<IssuerResponse, Unavailable> {
        let key = &Key::Issuer(issuer.to_owned());
        match request {
            IssuerRequest::Keys(reason) => self.renew(key, issuer, *reason).await?,
            IssuerRequest::Register { project } => {
                self.refer(key, issuer, Reference::Add(project.clone())).await?;
                self.settle(key).await?;
            }
            IssuerRequest::Unregister { project } if self.load(key).await?.exists() => {
                self.refer(key, issuer, Reference::Remove(project.clone())).await?;
                self.remove_unreferenced(key, issuer).await?;
            }
            IssuerRequest::Unregister { .. } => {}
        }
        Ok(self.known(key, issuer).await?.response())
    }

    /// Does what is due: fetches keys, publishes them, or removes an issuer that no project names. Keys that were requested
    /// before a project is registered are published first.
    pub async fn wake(&self, issuer: &str) -> Result<(), Unavailable> {
        let key = &Key::Issuer(issuer.to_owned());
        let loaded = self.load(key).await?;
        if !loaded.exists() {
            return Ok(());
        }
        if !loaded.is_referenced && loaded.value.is_removable() {
            return self.remove_unreferenced(key, issuer).await;
        }
        self.renew(key, issuer, FetchReason::Due).await?;
        self.settle(key).await
    }

    async fn load(&self, key: &Key) -> Result<Loaded<IssuerRecord>, Unavailable> {
        self.records.load(key).await
    }

    /// What is known of an issuer, stored or not.
    async fn known(&self, key: &Key, issuer: &str) -> Result<IssuerRecord, Unavailable> {
        let loaded = self.load(key).await?;
        Ok(if loaded.exists() { Arc::unwrap_or_clone(loaded.value) } else { self.unstored.get(issuer) })
    }

    /// Publishes what is not published yet and sets the time of what comes next.
    async fn settle(&self, key: &Key) -> Result<(), Unavailable> {
        publish::<IssuerRecord, H>(self.records, self.turns, key).await.map(|_| ())
    }

    /// Registers or unregisters a project.
    async fn refer(&self, key: &Key, issuer: &str, reference: Reference) -> Result<(), Unavailable> {
        let refer = |record: &mut IssuerRecord| {
            self.complete(record, issuer);
            let (reference, wake_after) = (Some(reference.clone()), Some(RETRY));
            Update::Commit((), Commit { reference, wake_after, ..Commit::default() })
        };
        self.records.update(key, refer).await
    }

    /// Makes a new record of what is known of an issuer that is not stored yet.
    fn complete(&self, record: &mut IssuerRecord, issuer: &str) {
        if record.issuer.is_empty() {
            *record = self.unstored.get(issuer);
        }
    }

    /// Fetches the keys if it is time for it: once for all that ask meanwhile.
    async fn renew(&self, key: &Key, issuer: &str, reason: FetchReason) -> Result<(), Unavailable> {
        let (host, policy) = (self.records.host, &self.settings.keys);
        let name = format!("fetch {issuer}");
        let Some(_turn) = self.turns.take(host, &name).await else { return Ok(()) };
        let began = host.now();
        if self.known(key, issuer).await?.schedule.admits(reason, began, policy).is_err() {
            return Ok(());
        }
        let outcome = match Issuer::try_from(issuer) {
            Ok(issuer) => discover(host, &issuer, &self.settings.insecure_hosts).await,
            Err(error) => Err(NotDiscovered::new(error)),
        };
        let chance = host.chance();
        if reason == FetchReason::Glance && !self.load(key).await?.exists() {
            // Looking at an issuer that no project names leaves nothing behind.
            let mut record = self.unstored.get(issuer);
            self.note(&mut record, &outcome, began, chance);
            self.unstored.put(record);
            return Ok(());
        }
        let note = |record: &mut IssuerRecord| {
            self.complete(record, issuer);
            if record.schedule.attempted.is_some_and(|attempted| attempted > began) {
                // Another process fetched them later.
                return Update::Keep(());
            }
            self.note(record, &outcome, began, chance);
            // The host wakes the issuer for the publication: no request that needs the keys waits for the replicas.
            Update::Commit((), Commit { wake_after: record.next_wake(host.now()), ..Commit::default() })
        };
        self.records.update(key, note).await
    }

    /// Notes what came of a fetch. Keys that were good stay good.
    fn note(
        &self,
        record: &mut IssuerRecord,
        outcome: &Result<Discovered, NotDiscovered>,
        began: NumericDate,
        chance: f64,
    ) {
        let (host, policy) = (self.records.host, &self.settings.keys);
        match outcome {
            Ok(Discovered { keys, cacheable }) => {
                for kid in record.record.iter().flat_map(|former| keys.changed(former)) {
                    let reason = format_args!("another key has the id `{kid}`");
                    warning(host, "key_changed", &record.issuer, reason);
                }
                record.succeed(keys, began, policy.lifetime(*cacheable), chance);
            }
            Err(NotDiscovered { reason, retry_after }) => {
                warning(host, "keys_not_fetched", &record.issuer, reason);
                record.schedule.fail(began, reason, *retry_after, policy, chance);
            }
        }
    }

    /// Removes an issuer that no project names, here and from the replicas. If a project comes to name it meanwhile, its keys
    /// are published again.
    async fn remove_unreferenced(&self, key: &Key, issuer: &str) -> Result<(), Unavailable> {
        let (host, holder) = (self.records.host, self.records.host.new_id());
        let turn = self.turns.take(host, &format!("publish {key}")).await;
        if turn.is_none() {
            return Ok(());
        }
        let write = ReplicaWrite { space: Space::Keys, key: issuer.to_owned(), value: None, lifetime: None };
        for _ in 0..MAX_ATTEMPTS {
            let Loaded { value, revision, is_referenced } = self.load(key).await?;
            if revision.is_none() {
                return Ok(());
            }
            if is_referenced {
                drop(turn);
                return self.settle(key).await;
            }
            let is_excluded = value.lease.as_ref().is_some_and(|lease| lease.excludes(&holder, host.now()));
            let wake = host.wake_after(key, RETRY).await;
            wake.map_err(|failure| failed(host, key, &failure))?;
            if is_excluded {
                return Ok(());
            }
            let mut value = Arc::unwrap_or_clone(value);
            // What is removed is no longer published, whatever becomes of the record.
            value.is_published = false;
            value.is_removing = true;
            value.lease = (!host.is_exclusive()).then(|| Lease::new(&holder, host.now()));
            let Some(revision) = self.records.commit(key, revision, value, Commit::default()).await? else {
                continue;
            };
            if let Err(failure) = host.publish(&write).await {
                warning(host, "not_removed", issuer, failure);
                return Ok(());
            }
            match host.commit(key, Some(revision), Commit::default()).await {
                Ok(_) => {
                    self.unstored.remove(issuer);
                    return Ok(());
                }
                Err(CommitError::Conflict) => {}
                Err(CommitError::Failed(failure)) => return Err(failed(host, key, &failure)),
            }
        }
        Ok(())
    }
}
