//! What the control plane of a process remembers.

use std::sync::{Arc, Mutex};

use edge_authorizer::management::UnknownProjectLimiter;

use super::work::Work;
use crate::data_plane::DataPlane;
use crate::host::ControlHost;
use crate::issuers::{IssuerService, UnstoredIssuers};
use crate::publication::Turns;
use crate::records::{RecordCache, Records};
use crate::settings::AdminTokens;

/// What the control plane of a process remembers. All of it may be lost at any time. `S` is the host's signal.
pub struct ControlState<S> {
    /// What it shares with the data plane.
    pub data: Arc<DataPlane<S>>,
    /// The tokens of platform administrators.
    pub admins: AdminTokens,
    /// Projects that the replica does not have, but that were asked for.
    pub unknown_projects: Mutex<UnknownProjectLimiter>,
    /// Records as they were read or written last.
    pub cache: RecordCache,
    /// One after another.
    pub turns: Turns<S>,
    /// Issuers that no project names.
    pub unstored: UnstoredIssuers,
    /// What requests under way hold.
    pub work: Work,
}

impl<S> ControlState<S> {
    /// One that remembers nothing yet.
    pub fn new(data: Arc<DataPlane<S>>, admins: AdminTokens) -> Self {
        let (unknown_projects, cache) = (Mutex::default(), RecordCache::default());
        let (turns, unstored, work) = (Turns::default(), UnstoredIssuers::default(), Work::default());
        Self { data, admins, unknown_projects, cache, turns, unstored, work }
    }

    /// What answers requests about issuers.
    pub fn issuers<'s, H: ControlHost<Signal = S>>(&'s self, host: &'s H) -> IssuerService<'s, H> {
        let (settings, records) = (self.data.settings(), self.records(host));
        IssuerService { records, settings, turns: &self.turns, unstored: &self.unstored }
    }

    /// The records of a host's store.
    pub fn records<'s, H: ControlHost>(&'s self, host: &'s H) -> Records<'s, H> {
        Records { host, cache: &self.cache }
    }
}
