//! The data plane of a process.

use std::sync::{Arc, Mutex};

use edge_authorizer::{
    Clock as DecisionClock, Decision, FirstStep, Issuer, KeyOutcome, KeySet, Loaded, NumericDate, Permit,
    ProjectId, Request as DecisionRequest, Routes, SignatureCheck, Snapshot, TokenCache, Unavailable,
    authorize,
};

use super::assertions::Assertions;
use super::key_source::KeySource;
use super::replicas::Replicas;
use super::sessions::Sessions;
use crate::driver::{Resolver, drive};
use crate::host::{AssertionHost, Clock, DataHost, Job, Key};
use crate::lock::lock;
use crate::settings::Settings;

/// The data plane of a process: what it remembers of published values, of issuers' keys and of tokens. `S` is the host's
/// signal.
pub struct DataPlane<S> {
    settings: Settings,
    replicas: Replicas,
    keys: KeySource<S>,
    sessions: Sessions<S>,
    tokens: Mutex<TokenCache>,
    assertions: Assertions,
}

impl<S> DataPlane<S> {
    /// A plane that remembers nothing yet.
    pub fn new(settings: Settings) -> Self {
        let (replicas, keys) = (Replicas::new(settings.config_ttl), KeySource::new(settings.keys));
        let (sessions, tokens, assertions) = (Sessions::default(), Mutex::default(), Assertions::default());
        Self { settings, replicas, keys, sessions, tokens, assertions }
    }

    /// How it behaves.
    pub fn settings(&self) -> &Settings {
        &self.settings
    }

    /// Published values.
    pub(crate) fn replicas(&self) -> &Replicas {
        &self.replicas
    }

    /// The time and the tolerance of a decision.
    pub fn clock_at(&self, now: NumericDate) -> DecisionClock {
        DecisionClock { now, skew: self.settings.clock_skew }
    }

    /// The routes.
    pub async fn routes<H: DataHost<Signal = S>>(&self, host: &H) -> Result<Arc<Routes>, Unavailable> {
        self.replicas.routes(host).await
    }

    /// Decides on a request to an origin that came at `now`.
    pub async fn decide<H: DataHost<Signal = S>>(
        &self,
        host: &H,
        routes: &Routes,
        request: &DecisionRequest<'_>,
        now: NumericDate,
    ) -> Decision {
        let clock = self.clock_at(now);
        let first = authorize(routes, request, clock, &mut lock(&self.tokens));
        let token;
        let step = match first {
            FirstStep::Step(step) => step,
            FirstStep::NeedSession(need) => {
                token = self.sessions.token(host, need.project(), need.cookie()).await;
                let token = token.as_ref().map(Option::as_deref).map_err(|unavailable| *unavailable);
                need.resume(token, clock, &mut lock(&self.tokens))
            }
        };
        let resolver = PlaneResolver { host, plane: self, source: SnapshotSource::Replica };
        drive(step, &resolver).await
    }

    /// The signed assertion of who calls that the origin gets with a permit; `None` if its route has none.
    pub async fn assertion<H: AssertionHost<Signal = S>>(
        &self,
        host: &H,
        permit: &Permit,
    ) -> Result<Option<Arc<str>>, Unavailable> {
        let Some((identity, assertion)) = permit.identity().zip(permit.assertion()) else { return Ok(None) };
        let settings = (self.settings.edge_sealing.as_ref(), self.settings.config_ttl);
        self.assertions.get(host, settings, &identity.project, assertion).await.map(Some)
    }

    /// Keeps what was found out about the token of a decision, once it was acted on.
    pub fn remember(&self, decision: &Decision) {
        if let Some(token) = &decision.cached_token {
            lock(&self.tokens).insert(token);
        }
    }

    /// Does work that goes on after an answer.
    pub async fn run<H: DataHost<Signal = S>>(&self, host: &H, job: Job<S>) {
        match job {
            Job::ReadRoutes => self.replicas.refresh_routes(host).await,
            Job::ReadSnapshot(project) => self.replicas.refresh_snapshot(host, &project).await,
            Job::ReadAssertionKey => self.assertions.refresh_key(host).await,
            Job::ReadKeys(project, issuer) => self.replicas.refresh_keys(host, &project, &issuer).await,
            Job::RequestKeys { project, issuer, reason, pending } => {
                self.keys.request(host, &self.replicas, &project, (reason, issuer), &pending).await;
            }
            Job::AskSession { cookie, pending } => self.sessions.request(host, &cookie, &pending).await,
        }
    }

    /// Forgets the session of this digest, which was ended from here.
    pub fn forget_session(&self, host: &impl Clock, digest: &str) {
        self.sessions.forget(host, digest);
    }

    /// Forgets what was published: it is read again. A host that can no longer vouch for it does so.
    pub fn forget_published(&self) {
        self.replicas.forget();
    }

    /// Keeps what was changed from here, as it is published: a project, the routes, or an issuer's keys if they are in use.
    pub fn note(&self, host: &impl DataHost, key: &Key, text: Option<&str>) {
        match key {
            Key::Project(project) => self.replicas.note_snapshot(host, project, text),
            Key::Routes => text.into_iter().for_each(|text| self.replicas.note_routes(host, text)),
            Key::Issuer(issuer) => {
                if let Some(text) = text {
                    self.replicas.note_issuer(host, issuer, text);
                }
            }
            Key::SigningKeys(_) => {}
        }
    }
}

/// Where a decision's snapshot is from.
pub enum SnapshotSource {
    /// The replica.
    Replica,
    /// Given here: a project as it is stored, or as it would be.
    Given(Option<Arc<Snapshot>>),
}

/// Resolves what a decision needs by what a plane remembers.
pub struct PlaneResolver<'p, H: DataHost> {
    /// The host.
    pub host: &'p H,
    /// The plane.
    pub plane: &'p DataPlane<H::Signal>,
    /// Where the snapshot is from.
    pub source: SnapshotSource,
}

impl<H: DataHost> Resolver for PlaneResolver<'_, H> {
    async fn snapshot(&self, project: &ProjectId) -> Loaded<Snapshot> {
        match &self.source {
            SnapshotSource::Replica => self.plane.replicas.snapshot(self.host, project).await,
            SnapshotSource::Given(snapshot) => Ok(snapshot.clone()),
        }
    }

    async fn keys(
        &self,
        project: &ProjectId,
        issuer: &Issuer,
        needs_newer_keys: bool,
    ) -> Result<Arc<KeySet>, Unavailable> {
        let plane = self.plane;
        plane.keys.keys(self.host, &plane.replicas, project, issuer, needs_newer_keys).await
    }

    async fn verify(&self, check: &SignatureCheck<'_>) -> KeyOutcome {
        self.host.verify(check).await
    }
}
