//! Snapshots of projects as they are stored, parsed once a version.

use std::sync::Arc;

use edge_authorizer::management::Project;
use edge_authorizer::{ProjectId, Snapshot};

use crate::data_plane::ReplicaCache;
use crate::host::{Clock, LogSink, Space};

/// Snapshots of stored projects. They decide who a project's owners are; the replica may lag behind.
pub struct StoredSnapshots(ReplicaCache<Snapshot>);

impl Default for StoredSnapshots {
    fn default() -> Self {
        Self(ReplicaCache::new(Space::Config, "project/", Snapshot::parse_stored))
    }
}

impl StoredSnapshots {
    /// The snapshot of a project; `None` if it does not exist or cannot be read, which denies.
    pub fn of(
        &self,
        host: &(impl Clock + LogSink),
        id: &ProjectId,
        project: &Project,
    ) -> Option<Arc<Snapshot>> {
        let text = project.snapshot().filter(|_| project.exists)?.to_string();
        let loaded = self.0.note(host, id.as_str(), Some(id), Some(&text), host.now());
        loaded.ok().flatten().filter(|snapshot| !snapshot.is_deleted())
    }
}
