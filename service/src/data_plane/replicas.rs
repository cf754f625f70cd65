//! Routes, snapshots and key records, as the replicas have them.

use std::sync::Arc;

use edge_authorizer::{Issuer, KeyRecord, Loaded, ProjectId, Routes, Snapshot, Unavailable, strict_json};
use serde_json::Value;

use super::published::{Published, of_kind};
use super::replica_cache::ReplicaCache;
use crate::host::{Clock, Job, LogSink, Replica, Space, Tasks};
use crate::log::warning;

const ROUTES_KEY: &str = "gateway";

/// Published values, read through memory.
pub struct Replicas {
    ttl: f64,
    routes: ReplicaCache,
    snapshots: ReplicaCache,
    key_records: ReplicaCache,
}

impl Replicas {
    /// Values that are fresh for `ttl` seconds.
    pub fn new(ttl: f64) -> Self {
        Self {
            ttl,
            routes: ReplicaCache::new(Space::Config, "", |it| {
                Ok(Published::Routes(Routes::parse_stored(it)?.into()))
            }),
            snapshots: ReplicaCache::new(Space::Config, "project/", |it| {
                Ok(Published::Snapshot(Snapshot::parse_stored(it)?.into()))
            }),
            key_records: ReplicaCache::new(Space::Keys, "", |it| {
                Ok(Published::Keys(KeyRecord::parse(it)?.into()))
            }),
        }
    }

    /// The routes.
    pub async fn routes<H>(&self, host: &H) -> Result<Arc<Routes>, Unavailable>
    where
        H: Replica + Tasks + Clock + LogSink,
    {
        let routes = self.routes.get(host, ROUTES_KEY, None, self.ttl, || Job::ReadRoutes).await;
        of_kind(routes, Published::routes)?.ok_or_else(|| {
            warning(host, "value_unavailable", "CONFIG: gateway", "no routes yet: `PUT /gateway`");
            Unavailable
        })
    }

    /// A project's snapshot; `None` if there is no such project.
    pub async fn snapshot<H>(&self, host: &H, project: &ProjectId) -> Loaded<Snapshot>
    where
        H: Replica + Tasks + Clock + LogSink,
    {
        let again = || Job::ReadSnapshot(project.clone());
        let snapshot = self.snapshots.get(host, project.as_str(), Some(project), self.ttl, again).await;
        let snapshot = of_kind(snapshot, Published::snapshot)?;
        // The memory keeps the tombstone itself, so that no older snapshot of a replica replaces it.
        Ok(snapshot.filter(|snapshot| !snapshot.is_deleted()))
    }

    /// An issuer's keys, if any that can be read are published. They count for `project`, which needs them, unless another
    /// one had them loaded before.
    pub async fn key_record<H>(
        &self,
        host: &H,
        project: &ProjectId,
        issuer: &Issuer,
    ) -> Option<Arc<KeyRecord>>
    where
        H: Replica + Tasks + Clock + LogSink,
    {
        let again = || Job::ReadKeys(project.clone(), issuer.clone());
        let keys = self.key_records.get(host, issuer.as_str(), Some(project), self.ttl, again).await;
        of_kind(keys, Published::keys).ok().flatten()
    }

    /// Reads the routes again.
    pub async fn refresh_routes<H: Replica + Clock + LogSink>(&self, host: &H) {
        self.routes.refresh(host, ROUTES_KEY, None).await;
    }

    /// Reads a snapshot again.
    pub async fn refresh_snapshot<H: Replica + Clock + LogSink>(&self, host: &H, project: &ProjectId) {
        self.snapshots.refresh(host, project.as_str(), Some(project)).await;
    }

    /// Reads an issuer's keys again.
    pub async fn refresh_keys<H: Replica + Clock + LogSink>(
        &self,
        host: &H,
        project: &ProjectId,
        issuer: &Issuer,
    ) {
        self.key_records.refresh(host, issuer.as_str(), Some(project)).await;
    }

    /// Keeps the routes that were changed from here: the replica need not be waited for.
    pub fn note_routes(&self, host: &impl LogSink, text: &str) {
        let _kept = self.routes.note(host, ROUTES_KEY, None, Some(text), host.now());
    }

    /// Whether a snapshot of a project is kept.
    pub fn has_snapshot(&self, host: &impl Clock, project: &ProjectId) -> bool {
        self.snapshots.has(project.as_str(), host.now())
    }

    /// Keeps the snapshot of a project that was changed from here.
    pub fn note_snapshot(&self, host: &impl LogSink, project: &ProjectId, text: Option<&str>) {
        let _kept = self.snapshots.note(host, project.as_str(), Some(project), text, host.now());
    }

    /// Keeps an issuer's keys that were published just now, if those before them are kept.
    pub fn note_issuer(&self, host: &impl LogSink, issuer: &str, text: &str) {
        let now = host.now();
        if self.key_records.has(issuer, now) {
            let _kept = self.key_records.note(host, issuer, None, Some(text), now);
        }
    }

    /// Forgets everything.
    pub fn forget(&self) {
        for cache in [&self.routes, &self.snapshots, &self.key_records] {
            cache.forget();
        }
    }

    /// Keeps keys that the control plane gave.
    pub fn note_keys(
        &self,
        host: &impl LogSink,
        project: &ProjectId,
        issuer: &Issuer,
        record: &Value,
    ) -> Option<Arc<KeyRecord>> {
        let text = strict_json::to_text(record);
        let keys = self.key_records.note(host, issuer.as_str(), Some(project), Some(&text), host.now());
        of_kind(keys, Published::keys).ok().flatten()
    }
}
