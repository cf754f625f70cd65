//! The keys of issuers. The control plane alone fetches them, and one request asks it for all that wait.

use std::num::NonZeroUsize;
use std::sync::{Arc, Mutex};

use edge_authorizer::{
    FetchReason, Issuer, KeyRecord, KeySet, NumericDate, ProjectId, RefreshPolicy, Unavailable,
};
use lru::LruCache;

use super::replicas::Replicas;
use crate::host::KeysAnswer;
use crate::host::{Clock, IssuerRequest, IssuerResponse, Issuers, Job, LogSink, PendingKeys, Replica, Tasks};
use crate::lock::lock;

/// The most issuers of which it is kept when they were asked; each takes at most half a kilobyte.
const MAX_ASKED: NonZeroUsize = NonZeroUsize::new(1000).unwrap();

/// How long a request waits, in seconds: longer than a fetch may take.
const PATIENCE: f64 = 15.0;

/// The most requests that wait for one answer. More are refused, which frees what they hold.
const MAX_WAITERS: u32 = 1500;

/// What is known of a request to the control plane. A flood of unknown keys asks no more often than there can be news.
enum Asked<S> {
    /// It is under way.
    Pending(Arc<PendingKeys<S>>),
    /// It was answered.
    Answered {
        /// When asking again may bring something else.
        again: NumericDate,
        /// Whether the last attempt to fetch the keys failed.
        failed: bool,
    },
}

impl<S> Clone for Asked<S> {
    fn clone(&self) -> Self {
        match self {
            Self::Pending(pending) => Self::Pending(pending.clone()),
            Self::Answered { again, failed } => Self::Answered { again: *again, failed: *failed },
        }
    }
}

/// The keys of issuers, as this process knows them.
pub struct KeySource<S> {
    policy: RefreshPolicy,
    /// Whether requests may wait for what another one asks.
    is_shared: bool,
    asked: Mutex<LruCache<(FetchReason, Issuer), Asked<S>>>,
}

impl<S> KeySource<S> {
    pub fn new(policy: RefreshPolicy, is_shared: bool) -> Self {
        Self { policy, is_shared, asked: Mutex::new(LruCache::new(MAX_ASKED)) }
    }

    /// The keys of an issuer, which `project` needs. `needs_newer_keys`: those known so far lack the one of the token.
    pub async fn keys<H>(
        &self,
        host: &H,
        replicas: &Replicas,
        project: &ProjectId,
        issuer: &Issuer,
        needs_newer_keys: bool,
    ) -> Result<Arc<KeySet>, Unavailable>
    where
        H: Replica + Issuers + Tasks<Signal = S> + Clock + LogSink,
    {
        let serves =
            |record: &Arc<KeyRecord>, time: NumericDate| time < record.fetched().plus(self.policy.max_stale);
        let kept = replicas.key_record(host, project, issuer).await;
        let time = host.now();
        let kept = kept.filter(|record| serves(record, time));
        if let Some(record) = kept.as_ref().filter(|record| !needs_newer_keys && time < record.expires()) {
            return Ok(record.keys().clone());
        }
        let reason = if needs_newer_keys { FetchReason::Newer } else { FetchReason::Due };
        let (record, failed) = match self.asked(reason, issuer, time) {
            Some(Asked::Answered { failed, .. }) => (kept, failed),
            asked => {
                let pending = match asked {
                    Some(Asked::Pending(pending)) => pending,
                    _ => self.ask(host, project, reason, issuer, time),
                };
                if let Some(record) = kept.filter(|_| !needs_newer_keys) {
                    // They should have been fetched again, but no request waits for that while they serve.
                    (Some(record), false)
                } else {
                    let (record, failed) = wait(host, &pending).await?;
                    let time = host.now();
                    (record.filter(|record| serves(record, time)), failed)
                }
            }
        };
        match record {
            // Whether the issuer has such a key cannot be known.
            Some(_) if needs_newer_keys && failed => Err(Unavailable),
            Some(record) => Ok(record.keys().clone()),
            None => Err(Unavailable),
        }
    }

    /// What is known of a request for an issuer's keys, unless they have to be requested now.
    fn asked(&self, reason: FetchReason, issuer: &Issuer, now: NumericDate) -> Option<Asked<S>> {
        let asked = lock(&self.asked).get(&(reason, issuer.clone())).cloned();
        asked.filter(|asked| match asked {
            // A request that comes a cooldown later needs keys that are newer than those that may be on their way.
            Asked::Pending(pending) => {
                self.is_shared && now < pending.began.plus(PATIENCE.min(self.policy.cooldown))
            }
            Asked::Answered { again, .. } => now < *again,
        })
    }

    /// Requests an issuer's keys, whatever becomes of this request.
    fn ask<H: Tasks<Signal = S>>(
        &self,
        host: &H,
        project: &ProjectId,
        reason: FetchReason,
        issuer: &Issuer,
        began: NumericDate,
    ) -> Arc<PendingKeys<S>> {
        let pending = Arc::new(PendingKeys { began, signal: host.signal(), state: Mutex::default() });
        if self.is_shared {
            lock(&self.asked).put((reason, issuer.clone()), Asked::Pending(pending.clone()));
        }
        let (project, issuer) = (project.clone(), issuer.clone());
        host.later(Job::RequestKeys { project, issuer, reason, pending: pending.clone() });
        pending
    }

    /// Requests an issuer's keys and gives the answer to all that wait.
    pub async fn request<H>(
        &self,
        host: &H,
        replicas: &Replicas,
        project: &ProjectId,
        (reason, issuer): (FetchReason, Issuer),
        pending: &Arc<PendingKeys<S>>,
    ) where
        H: Issuers + Tasks<Signal = S> + Clock + LogSink,
    {
        let answer = host.ask_issuer(issuer.as_str(), &IssuerRequest::Keys(reason)).await;
        let (answer, asked) = match answer {
            Ok(IssuerResponse { record, schedule }) => {
                let failed = schedule.error.is_some();
                let again = match reason {
                    FetchReason::Newer => schedule.attempted.map(|at| at.plus(self.policy.cooldown)),
                    _ => schedule.due,
                };
                let again = again.unwrap_or_else(|| host.now().plus(self.policy.cooldown));
                let record = record.and_then(|record| replicas.note_keys(host, project, &issuer, &record));
                (Ok((record, failed)), Some(Asked::Answered { again, failed }))
            }
            Err(Unavailable) => (Err(Unavailable), None),
        };
        self.note((reason, issuer), pending, asked);
        lock(&pending.state).1 = Some(answer);
        host.wake(&pending.signal);
    }

    /// Keeps `asked`, unless there is a newer request meanwhile. Without it, the next request asks.
    fn note(&self, key: (FetchReason, Issuer), pending: &Arc<PendingKeys<S>>, asked: Option<Asked<S>>) {
        let mut all = lock(&self.asked);
        let is_newer =
            |other: &Asked<S>| matches!(other, Asked::Pending(other) if !Arc::ptr_eq(other, pending));
        match asked {
            _ if all.peek(&key).is_some_and(is_newer) => None,
            Some(asked) => all.put(key, asked),
            None => all.pop(&key),
        };
    }
}

/// Waits for the answer. If it does not come in time, or too many wait, there is none.
async fn wait<H: Tasks>(host: &H, pending: &PendingKeys<H::Signal>) -> KeysAnswer {
    let may_wait = {
        let mut state = lock(&pending.state);
        state.0 = state.0.saturating_add(1);
        state.1.is_none() && state.0 <= MAX_WAITERS
    };
    if may_wait {
        host.wait(&pending.signal, PATIENCE).await;
    }
    lock(&pending.state).1.clone().unwrap_or(Err(Unavailable))
}
