//! The keys of issuers. The control plane alone fetches them, and one request asks it for all that wait. A token with an
//! unknown `kid` asks for newer keys; while its issuer is down it is refused as unavailable, not as invalid.

use std::sync::{Arc, Mutex};

use edge_authorizer::{
    FairCache, FetchReason, Issuer, KeyRecord, KeySet, NumericDate, Owner, ProjectId, RefreshPolicy,
    Unavailable,
};

use super::replicas::Replicas;
use crate::host::KeysAnswer;
use crate::host::{Clock, IssuerRequest, IssuerResponse, Issuers, Job, LogSink, PendingKeys, Replica, Tasks};
use crate::lock::lock;

/// What may be kept of when issuers were asked, in bytes. Projects share it fairly.
const MAX_ASKED_BYTES: usize = 512 * 1024;

/// What is kept of an issuer beside its name, in bytes.
const ASKED_BYTES: usize = 128;

/// How long a request waits, in seconds: longer than a fetch may take.
pub const PATIENCE: u32 = 15;

/// What is asked about which issuer, by the requests of which scope.
type Question = (u32, FetchReason, Issuer);

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
        /// Whether there were keys that serve. If they are lost here, they have to be requested again.
        has_keys: bool,
    },
}

impl<S> Clone for Asked<S> {
    fn clone(&self) -> Self {
        match self {
            Self::Pending(pending) => Self::Pending(pending.clone()),
            Self::Answered { again, failed, has_keys } => {
                Self::Answered { again: *again, failed: *failed, has_keys: *has_keys }
            }
        }
    }
}

/// The keys of issuers, as this process knows them.
pub struct KeySource<S> {
    policy: RefreshPolicy,
    asked: Mutex<FairCache<Question, Asked<S>>>,
}

impl<S> KeySource<S> {
    pub fn new(policy: RefreshPolicy) -> Self {
        Self { policy, asked: Mutex::new(FairCache::new(MAX_ASKED_BYTES)) }
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
        let kept = replicas.key_record(host, project, issuer).await;
        let time = host.now();
        let kept = kept.filter(|record| self.serves(record, time));
        if let Some(record) = kept.as_ref().filter(|record| !needs_newer_keys && time < record.expires()) {
            return Ok(record.keys().clone());
        }
        let reason = if needs_newer_keys { FetchReason::Newer } else { FetchReason::Due };
        let question = (host.scope(), reason, issuer.clone());
        let (record, failed) = match self.asked(&question, time) {
            Some(Asked::Answered { failed, has_keys, .. }) if kept.is_some() || !has_keys => (kept, failed),
            asked => {
                let pending = match asked {
                    Some(Asked::Pending(pending)) => pending,
                    _ => self.ask(host, project, question, time),
                };
                if let Some(record) = kept.filter(|_| !needs_newer_keys) {
                    // They should have been fetched again, but no request waits for that while they serve.
                    (Some(record), false)
                } else {
                    wait(host, project, &pending).await?
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

    /// Whether keys may be used, though they should have been fetched again.
    fn serves(&self, record: &KeyRecord, now: NumericDate) -> bool {
        now < record.fetched().plus(self.policy.max_stale)
    }

    /// What is known of a request for an issuer's keys, unless they have to be requested now.
    fn asked(&self, question: &Question, now: NumericDate) -> Option<Asked<S>> {
        let asked = lock(&self.asked).get(question).map(|(_, asked)| asked.clone());
        asked.filter(|asked| match asked {
            // A request that comes a cooldown later needs keys that are newer than those that may be on their way.
            Asked::Pending(pending) => {
                now < pending.began.plus(f64::from(PATIENCE).min(self.policy.cooldown))
            }
            Asked::Answered { again, .. } => now < *again,
        })
    }

    /// Requests an issuer's keys, whatever becomes of this request.
    fn ask<H: Tasks<Signal = S>>(
        &self,
        host: &H,
        project: &ProjectId,
        question: Question,
        began: NumericDate,
    ) -> Arc<PendingKeys<S>> {
        let pending = Arc::new(PendingKeys { began, signal: host.signal(), answer: Mutex::default() });
        let (_, reason, issuer) = question.clone();
        keep(&mut lock(&self.asked), project, question, Asked::Pending(pending.clone()));
        host.later(Job::RequestKeys { project: project.clone(), issuer, reason, pending: pending.clone() });
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
        let question = (host.scope(), reason, issuer);
        let response = host.ask_issuer(question.2.as_str(), &IssuerRequest::Keys(reason)).await;
        let (answer, asked) = self.read(host, replicas, project, &question, response);
        self.note(project, question, pending, asked);
        *lock(&pending.answer) = Some(answer);
        host.wake(&pending.signal);
    }

    /// The answer of the control plane, and what is kept of it.
    fn read<H: Clock + LogSink>(
        &self,
        host: &H,
        replicas: &Replicas,
        project: &ProjectId,
        (_, reason, issuer): &Question,
        response: Result<IssuerResponse, Unavailable>,
    ) -> (KeysAnswer, Option<Asked<S>>) {
        let Ok(IssuerResponse { record, schedule }) = response else { return (Err(Unavailable), None) };
        let failed = schedule.error.is_some();
        let again = match reason {
            FetchReason::Newer => schedule.attempted.map(|at| at.plus(self.policy.cooldown)),
            _ => schedule.due,
        };
        let again = again.unwrap_or_else(|| host.now().plus(self.policy.cooldown));
        let record = record.and_then(|record| replicas.note_keys(host, project, issuer, &record));
        let record = record.filter(|record| self.serves(record, host.now()));
        let has_keys = record.is_some();
        (Ok((record, failed)), Some(Asked::Answered { again, failed, has_keys }))
    }

    /// Keeps `asked`, unless there is a newer request meanwhile. Without it, the next request asks.
    fn note(
        &self,
        project: &ProjectId,
        question: Question,
        pending: &Arc<PendingKeys<S>>,
        asked: Option<Asked<S>>,
    ) {
        let mut all = lock(&self.asked);
        let is_newer =
            |other: &Asked<S>| matches!(other, Asked::Pending(other) if !Arc::ptr_eq(other, pending));
        match asked {
            _ if all.get(&question).is_some_and(|(_, other)| is_newer(other)) => {}
            Some(asked) => keep(&mut all, project, question, asked),
            None => drop(all.remove(&question)),
        }
    }
}

/// Keeps what is known of a request, for the project that needs the keys.
fn keep<S>(
    all: &mut FairCache<Question, Asked<S>>,
    project: &ProjectId,
    question: Question,
    asked: Asked<S>,
) {
    let bytes = ASKED_BYTES + question.2.as_str().len();
    let _evicted = all.put(question, Owner::Project(project.clone()), asked, bytes);
}

/// Waits for the answer. If it does not come in time, or too many of the project wait, there is none.
async fn wait<H: Tasks>(host: &H, project: &ProjectId, pending: &PendingKeys<H::Signal>) -> KeysAnswer {
    let is_open = lock(&pending.answer).is_none();
    if is_open {
        host.wait(&pending.signal, Some(project), f64::from(PATIENCE)).await;
    }
    lock(&pending.answer).clone().unwrap_or(Err(Unavailable))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_issuers_of_one_project_evict_no_mark_of_another() {
        let project = |name: &str| ProjectId::try_from(name).unwrap();
        let question = |name: &str| {
            (0, FetchReason::Due, Issuer::try_from(&*format!("https://{name}.example")).unwrap())
        };
        let again = NumericDate::from_seconds(0.0);
        let answered = || Asked::<()>::Answered { again, failed: false, has_keys: true };
        let mut all = FairCache::new(MAX_ASKED_BYTES);
        keep(&mut all, &project("small"), question("small"), answered());
        for number in 0..10_000 {
            keep(&mut all, &project("large"), question(&format!("large-{number}")), answered());
        }
        assert!(all.get(&question("small")).is_some());
        assert!(all.get(&question("large-0")).is_none());
    }
}
