//! How many requests of each project wait.

use std::collections::BTreeMap;
use std::sync::{Mutex, MutexGuard, PoisonError};

use edge_authorizer::ProjectId;
use service::host::MAX_WAITERS;

/// How many requests of each project wait for issuers' keys or sessions.
#[derive(Debug, Default)]
pub struct Waiters(Mutex<BTreeMap<ProjectId, u32>>);

/// A place among those that wait, until this is dropped.
#[derive(Debug)]
pub struct Place<'w>(&'w Waiters, ProjectId);

impl Waiters {
    /// A place for a request of a project, if there is room.
    pub fn take(&self, project: &ProjectId) -> Option<Place<'_>> {
        let mut all = self.lock();
        let waiting = all.entry(project.clone()).or_default();
        let has_room = *waiting < MAX_WAITERS;
        *waiting += u32::from(has_room);
        has_room.then(|| Place(self, project.clone()))
    }

    fn lock(&self) -> MutexGuard<'_, BTreeMap<ProjectId, u32>> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl Drop for Place<'_> {
    fn drop(&mut self) {
        let mut all = self.0.lock();
        let left = all.get(&self.1).map_or(0, |waiting| waiting.saturating_sub(1));
        if left == 0 {
            all.remove(&self.1);
        } else {
            all.insert(self.1.clone(), left);
        }
    }
}
