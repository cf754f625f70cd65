//! What the control plane of a process remembers.

use std::sync::{Arc, Mutex};

use edge_authorizer::management::UnknownProjectLimiter;

use super::stored_snapshots::StoredSnapshots;
use crate::data_plane::DataPlane;
use crate::host::ControlHost;
use crate::issuers::{IssuerService, UnstoredIssuers};
use crate::publication::Turns;
use crate::settings::AdminTokens;

/// What the control plane of a process remembers. All of it may be lost at any time. `S` is the host's signal.
pub struct ControlState<S> {
    /// What it shares with the data plane.
    pub data: Arc<DataPlane<S>>,
    /// The tokens of platform administrators.
    pub admins: AdminTokens,
    /// Projects that the replica does not have, but that were asked for.
    pub unknown_projects: Mutex<UnknownProjectLimiter>,
    /// Snapshots as they are stored.
    pub snapshots: StoredSnapshots,
    /// One after another.
    pub turns: Turns<S>,
    /// Issuers that no project names.
    pub unstored: UnstoredIssuers,
}

impl<S> ControlState<S> {
    /// One that remembers nothing yet.
    pub fn new(data: Arc<DataPlane<S>>, admins: AdminTokens) -> Self {
        let (unknown_projects, snapshots) = (Mutex::default(), StoredSnapshots::default());
        let (turns, unstored) = (Turns::default(), UnstoredIssuers::default());
        Self { data, admins, unknown_projects, snapshots, turns, unstored }
    }

    /// What answers requests about issuers.
    pub fn issuers<'s, H: ControlHost<Signal = S>>(&'s self, host: &'s H) -> IssuerService<'s, H> {
        IssuerService { host, settings: self.data.settings(), turns: &self.turns, unstored: &self.unstored }
    }
}
