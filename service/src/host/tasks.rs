//! Work after the answer, and requests that wait for each other.

use std::sync::{Arc, Mutex};

use edge_authorizer::users::SessionCookie;
use edge_authorizer::{FetchReason, Issuer, KeyRecord, NumericDate, ProjectId, Unavailable};

use super::sessions::SessionAnswer;

/// Work that goes on after the answer, as a value: the host runs it by [`crate::DataPlane::run`] with the bounds on futures
/// that its executor has.
#[derive(Debug)]
pub enum Job<S> {
    /// Reads the routes again.
    ReadRoutes,
    /// Reads a project's snapshot again.
    ReadSnapshot(ProjectId),
    /// Reads the key that signs assertions again.
    ReadAssertionKey,
    /// Reads an issuer's keys again, which a project needs.
    ReadKeys(ProjectId, Issuer),
    /// Requests an issuer's keys.
    RequestKeys {
        /// The project that needs them.
        project: ProjectId,
        /// The issuer.
        issuer: Issuer,
        /// Why.
        reason: FetchReason,
        /// Where the answer goes.
        pending: Arc<PendingKeys<S>>,
    },
    /// Asks for the access token of a session.
    AskSession {
        /// The session's cookie.
        cookie: SessionCookie,
        /// Where the answer goes.
        pending: Arc<PendingSession<S>>,
    },
}

/// The keys, and whether the last attempt to fetch them failed.
pub type KeysAnswer = Result<(Option<Arc<KeyRecord>>, bool), Unavailable>;

/// A request for an issuer's keys that is under way, and the answer for all that wait for it.
#[derive(Debug)]
pub struct PendingKeys<S> {
    /// When it was sent.
    pub began: NumericDate,
    /// Given with the answer.
    pub signal: S,
    /// The answer.
    pub answer: Mutex<Option<KeysAnswer>>,
}

/// A question about a session that is under way, and the answer for all that wait for it.
#[derive(Debug)]
pub struct PendingSession<S> {
    /// When it was sent.
    pub began: NumericDate,
    /// Given with the answer.
    pub signal: S,
    /// The answer.
    pub answer: Mutex<Option<SessionAnswer>>,
}

/// The most requests of a project that wait for issuers' keys or sessions. More are refused, which frees what they hold.
pub const MAX_WAITERS: u32 = 1500;

/// Runs work after the answer, and wakes requests that wait for one another.
///
/// At Cloudflare: `later` is `ctx.waitUntil(plane.run(job))`, in an object `spawn_local`. A request may go on only in its own
/// context of the runtime, so `wait` makes a promise there, with `setTimeout`, and `wake` resolves it. On tokio: `spawn`, and
/// `Notify` with `timeout`.
pub trait Tasks {
    /// Something that is given once.
    type Signal;

    /// Which requests can wake each other: those of one scope. A host whose requests can all do so has one.
    ///
    /// At Cloudflare each Durable Object is its own scope: when its last client has gone, the runtime has nothing to run
    /// what another object wakes.
    fn scope(&self) -> u32 {
        0
    }

    /// Goes on with `job`, whatever becomes of the request.
    fn later(&self, job: Job<Self::Signal>);

    /// A signal that is not given yet.
    fn signal(&self) -> Self::Signal;

    /// Waits until the signal is given, for `seconds` at most. One that was given before is given still. A request of a
    /// `project` waits only if fewer than [`MAX_WAITERS`] of it do; those whose clients have gone do not count.
    fn wait(
        &self,
        signal: &Self::Signal,
        project: Option<&ProjectId>,
        seconds: f64,
    ) -> impl Future<Output = ()>;

    /// Gives the signal to all that wait for it or will.
    fn wake(&self, signal: &Self::Signal);
}
