//! What the control plane of a process remembers.

use std::sync::{Arc, Mutex};

use edge_authorizer::accounts::{GuessLimiter, SigningSet};
use edge_authorizer::login::CallbackLimiter;
use edge_authorizer::management::UnknownProjectLimiter;

use super::work::Work;
use crate::data_plane::DataPlane;
use crate::host::ControlHost;
use crate::issuers::{IssuerService, UnstoredIssuers};
use crate::login::ProviderMemory;
use crate::publication::Turns;
use crate::records::{RecordCache, Records};
use crate::settings::{AdminTokens, IssuerSettings, UnusableVariable};
use crate::signing::{SigningMemory, SigningService};

/// What the control plane of a process remembers. All of it may be lost at any time. `S` is the host's signal.
pub struct ControlState<S> {
    /// What it shares with the data plane.
    pub data: Arc<DataPlane<S>>,
    /// The tokens of platform administrators.
    pub admins: AdminTokens,
    /// The variables of the gateway's own issuer.
    pub issuer_settings: IssuerSettings,
    /// The signing keys, as they were given last.
    pub signing: SigningMemory<S>,
    /// The company's OpenID Provider, as it described itself last.
    pub provider: ProviderMemory,
    /// Projects that the replica does not have, but that were asked for.
    pub unknown_projects: Mutex<UnknownProjectLimiter>,
    /// Failures of clients to authenticate.
    pub guesses: Mutex<GuessLimiter>,
    /// Ends of logins at the provider that failed.
    pub callbacks: Mutex<CallbackLimiter>,
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
    pub fn new(data: Arc<DataPlane<S>>, admins: AdminTokens, issuer_settings: IssuerSettings) -> Self {
        let (unknown_projects, cache) = (Mutex::default(), RecordCache::default());
        let (turns, unstored, work) = (Turns::default(), UnstoredIssuers::default(), Work::default());
        let (signing, guesses, provider) =
            (SigningMemory::default(), Mutex::default(), ProviderMemory::default());
        Self {
            data,
            admins,
            issuer_settings,
            signing,
            provider,
            unknown_projects,
            guesses,
            callbacks: Mutex::default(),
            cache,
            turns,
            unstored,
            work,
        }
    }

    /// What answers requests about issuers.
    pub fn issuers<'s, H: ControlHost<Signal = S>>(&'s self, host: &'s H) -> IssuerService<'s, H> {
        let (settings, records) = (self.data.settings(), self.records(host));
        IssuerService { records, settings, turns: &self.turns, unstored: &self.unstored }
    }

    /// What answers requests about a set of signing keys.
    pub fn signing_keys<'s, H: ControlHost<Signal = S>>(
        &'s self,
        host: &'s H,
        set: SigningSet,
    ) -> Result<SigningService<'s, H>, &'s UnusableVariable> {
        let (settings, records, turns) = (self.data.settings(), self.records(host), &self.turns);
        let issuer = self.issuer_settings.public_url.as_ref()?.issuer();
        let sealing = self.issuer_settings.sealing_keys(set)?;
        Ok(SigningService { set, records, settings, turns, issuer, sealing })
    }

    /// The records of a host's store.
    pub fn records<'s, H: ControlHost>(&'s self, host: &'s H) -> Records<'s, H> {
        Records { host, cache: &self.cache }
    }
}
