//! Learning what other nodes publish.

use std::time::Duration;

use edge_authorizer::NumericDate;
use service::log::warning;
use tokio::task::spawn_local;
use tokio::time::{Instant, sleep, timeout};

use super::host::ControlHost;
use crate::clock;
use crate::storage::{Shared, note_copied};
use crate::store::{Change, Changes, Listener, changes_after, copy, forget_all, forget_expired};

/// How often the database is read even if it says nothing: a notice may be lost.
const POLL: Duration = Duration::from_secs(1);

/// How long listening may take to begin.
const LISTEN: Duration = Duration::from_secs(3);

/// How often the copy on the disk is noted as up to date while nothing changes.
const NOTE: Duration = Duration::from_secs(5);

/// Has what other nodes publish in force here, as long as the thread lives.
pub async fn run(host: ControlHost, shared: Shared) {
    spawn_local(watch(host.clone()));
    let latest = shared.copied;
    let mut learner = Learner { host, shared, known: 0, latest, noted: None, is_reached: true };
    let mut listener = None;
    loop {
        if listener.as_ref().is_none_or(|listener: &Listener| !listener.is_open()) {
            listener = learner.listen().await;
        }
        learner.learn().await;
        match &listener {
            Some(listener) => drop(timeout(POLL, listener.hear()).await),
            None => sleep(POLL).await,
        }
    }
}

/// Sees to it that what is known serves no longer than it may.
async fn watch(host: ControlHost) {
    loop {
        sleep(POLL).await;
        if host.node.published.is_stale() {
            host.node.plane.forget_published();
        }
    }
}

struct Learner {
    host: ControlHost,
    shared: Shared,
    /// The revision up to which everything is in force.
    known: u64,
    /// The last revision that is in force, of the database or of the copy.
    latest: u64,
    /// When the copy on the disk was noted as up to date.
    noted: Option<Instant>,
    is_reached: bool,
}

impl Learner {
    async fn listen(&self) -> Option<Listener> {
        let opened = timeout(LISTEN, Listener::open(&self.shared.url, &self.shared.tls)).await;
        opened.ok().and_then(Result::ok)
    }

    /// Has in force what was published since the last time.
    async fn learn(&mut self) {
        let (began, read_at) = (Instant::now(), clock::now());
        let read = self.read().await;
        let is_reached = read.is_ok();
        match read {
            Ok((Changes { changes, revision }, is_all)) => {
                if is_all {
                    self.host.node.published.clear();
                    self.host.node.plane.forget_published();
                    self.noted = None;
                }
                for change in &changes {
                    self.host.apply(change);
                }
                self.host.node.published.serve_until(began + self.shared.max_stale);
                self.keep(changes, read_at).await;
                (self.known, self.latest) = (revision, revision);
            }
            Err(failure) if self.is_reached => warning(&self.host, "store_failed", "published", failure),
            Err(_) => {}
        }
        self.is_reached = is_reached;
    }

    /// What was published since the last time, or all that is published if an earlier database was restored: what is known of a later
    /// one is not there.
    async fn read(&self) -> crate::store::Result<(Changes, bool)> {
        let after = |revision| self.host.database.read(move |database| changes_after(database, revision));
        let changes = after(self.known).await?;
        if changes.revision < self.latest { Ok((after(0).await?, true)) } else { Ok((changes, false)) }
    }

    /// Writes changes to the copy. It is as old then as they are, so that it serves no longer than the memory does.
    async fn keep(&mut self, changes: Vec<Change>, read_at: NumericDate) {
        if changes.is_empty() && self.noted.is_some_and(|noted| noted.elapsed() < NOTE) {
            return;
        }
        let is_first = self.noted.is_none();
        let kept = self.shared.copy.write(move |database| {
            if is_first {
                forget_all(database)?;
            }
            forget_expired(database, read_at.as_seconds())?;
            changes.iter().try_for_each(|change| copy(database, change))?;
            note_copied(database, read_at)
        });
        let kept = kept.await;
        if kept.is_ok() {
            self.noted = Some(Instant::now());
        }
        self.report(kept);
    }

    fn report(&self, done: crate::store::Result<()>) {
        if let Err(failure) = done {
            warning(&self.host, "store_failed", "the copy on the disk", failure);
        }
    }
}
