//! The access tokens of sessions. The control plane is asked for one by one request for all that wait.

use std::sync::{Arc, Mutex};

use edge_authorizer::users::{SessionCookie, SessionDigest};
use edge_authorizer::{FairCache, NumericDate, Owner, ProjectId, Unavailable};

use crate::host::{Clock, Job, PendingSession, SessionAnswer, SessionSource, SessionToken, Tasks};
use crate::lock::lock;

/// What sessions may hold in memory, in bytes.
const MAX_BYTES: usize = 4 * 1024 * 1024;

/// What is kept of one beside its token, in bytes.
const SESSION_BYTES: usize = 256;

/// How long it is remembered that there is no such session, in seconds.
const ABSENCE: f64 = 5.0;

/// How long a request waits for an answer, in seconds.
const PATIENCE: f64 = 10.0;

/// What is known of a session.
enum Known<S> {
    /// It is being asked for.
    Pending(Arc<PendingSession<S>>),
    /// It has this token.
    Found(SessionToken),
    /// There is none, until this time.
    Absent(NumericDate),
}

/// Sessions by the digest of their cookie.
pub struct Sessions<S> {
    known: Mutex<FairCache<SessionDigest, Known<S>>>,
}

impl<S> Default for Sessions<S> {
    fn default() -> Self {
        Self { known: Mutex::new(FairCache::new(MAX_BYTES)) }
    }
}

impl<S> Sessions<S> {
    /// The access token of a session, which a request to `project` needs.
    pub async fn token<H>(
        &self,
        host: &H,
        project: Option<&ProjectId>,
        cookie: &SessionCookie,
    ) -> Result<Option<Arc<str>>, Unavailable>
    where
        H: Tasks<Signal = S> + Clock,
    {
        let (digest, now) = (cookie.digest(), host.now());
        let pending = match lock(&self.known).get(&digest) {
            Some((_, Known::Found(found))) if now < found.until => return Ok(Some(found.token.clone())),
            Some((_, Known::Absent(until))) if now < *until => return Ok(None),
            Some((_, Known::Pending(pending))) if now < pending.began.plus(PATIENCE) => Some(pending.clone()),
            _ => None,
        };
        let pending = pending.unwrap_or_else(|| self.ask(host, digest, cookie));
        // Most find it in memory: what waits is a future apart.
        Box::pin(wait(host, project, &pending)).await.map(|found| found.map(|found| found.token))
    }

    /// Asks for a session, whatever becomes of this request.
    fn ask<H>(&self, host: &H, digest: SessionDigest, cookie: &SessionCookie) -> Arc<PendingSession<S>>
    where
        H: Tasks<Signal = S> + Clock,
    {
        let pending = PendingSession { began: host.now(), signal: host.signal(), answer: Mutex::default() };
        let pending = Arc::new(pending);
        self.keep(digest, Known::Pending(pending.clone()));
        host.later(Job::AskSession { cookie: cookie.clone(), pending: pending.clone() });
        pending
    }

    /// Asks for a session and gives the answer to all that wait. A session that was forgotten meanwhile stays so.
    pub async fn request<H>(&self, host: &H, cookie: &SessionCookie, pending: &Arc<PendingSession<S>>)
    where
        H: SessionSource + Tasks<Signal = S> + Clock,
    {
        let answer = host.ask_session(cookie).await;
        let digest = cookie.digest();
        let is_awaited = matches!(
            lock(&self.known).get(&digest),
            Some((_, Known::Pending(other))) if Arc::ptr_eq(other, pending)
        );
        if is_awaited {
            match answer.clone() {
                Ok(Some(found)) => self.keep(digest, Known::Found(found)),
                Ok(None) => self.keep(digest, Known::Absent(host.now().plus(ABSENCE))),
                Err(Unavailable) => drop(lock(&self.known).remove(&digest)),
            }
        }
        *lock(&pending.answer) = Some(answer);
        host.wake(&pending.signal);
    }

    /// Forgets the session of this digest, which has ended.
    pub fn forget(&self, host: &impl Clock, digest: &str) {
        // What is no digest is no session's.
        if let Some(digest) = SessionDigest::parse(digest) {
            self.keep(digest, Known::Absent(host.now().plus(ABSENCE)));
        }
    }

    fn keep(&self, digest: SessionDigest, known: Known<S>) {
        // Cookies that were made up evict no session.
        let (owner, bytes) = match &known {
            Known::Found(found) => (Owner::Everybody, found.token.len()),
            Known::Pending(_) | Known::Absent(_) => (Owner::Nobody, 0),
        };
        let _evicted = lock(&self.known).put(digest, owner, known, SESSION_BYTES + bytes);
    }
}

/// Waits for the answer. If it does not come in time, or too many of the project wait, there is none.
async fn wait<H: Tasks>(
    host: &H,
    project: Option<&ProjectId>,
    pending: &PendingSession<H::Signal>,
) -> SessionAnswer {
    let is_open = lock(&pending.answer).is_none();
    if is_open {
        host.wait(&pending.signal, project, PATIENCE).await;
    }
    lock(&pending.answer).clone().unwrap_or(Err(Unavailable))
}
