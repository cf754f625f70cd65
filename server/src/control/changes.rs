//! Learning what other nodes publish.

use std::time::Duration;

use edge_authorizer::NumericDate;
use service::log::warning;
use tokio::task::spawn_local;
use tokio::time::{Instant, sleep, timeout};

use super::host::ControlHost;
use crate::clock;
use crate::storage::{Shared, note_copied, published_by};
use crate::store::{Change, Changes, Listener, changes_after, copy, forget_all, forget_expired};

/// How often the database is read even if it says nothing: a notice may be lost.
const POLL: Duration = Duration::from_secs(1);

/// How long listening may take to begin.
const LISTEN: Duration = Duration::from_secs(3);

/// How often the copy on the disk is noted as up to date while nothing changes, and written anew while that fails.
const NOTE: Duration = Duration::from_secs(5);

/// Has what other nodes publish in force here, as long as the thread lives.
pub async fn run(host: ControlHost, shared: Shared) {
    spawn_local(watch(host.clone()));
    let is_copy = shared.is_copy;
    let (known, tried) = (0, None);
    let mut learner = Learner { host, shared, known, is_copy, has_copied: false, tried, is_reached: true };
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
    /// Whether what is in force is from the copy on the disk, and perhaps not from the database as it is now.
    is_copy: bool,
    /// Whether all that is known is in the copy on the disk.
    has_copied: bool,
    /// When it was written, or that was tried.
    tried: Option<Instant>,
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
        // A copy that lacks a change would serve what was revoked: it gets all again.
        let renews_copy = !self.has_copied && !self.has_tried();
        let read = self.read(if renews_copy { 0 } else { self.known }).await;
        let is_reached = read.is_ok();
        match read {
            Ok((Changes { changes, revision }, is_all)) => {
                if is_all {
                    self.host.node.published.replace_by(published_by(&changes));
                    self.host.node.plane.forget_published();
                }
                for change in &changes {
                    self.host.apply(change);
                }
                self.host.node.published.serve_until(began + self.shared.max_stale);
                self.keep(changes, read_at, is_all || renews_copy).await;
                (self.known, self.is_copy) = (revision, false);
            }
            Err(failure) if self.is_reached => warning(&self.host, "store_failed", "published", failure),
            Err(_) => {}
        }
        self.is_reached = is_reached;
    }

    /// What was published after a revision, or all that is published where that takes the place of what is known: an earlier
    /// database was restored, perhaps before this node started from its copy.
    async fn read(&self, revision: u64) -> crate::store::Result<(Changes, bool)> {
        let after = |revision| self.host.database.read(move |database| changes_after(database, revision));
        let changes = after(revision).await?;
        if changes.revision < self.known { Ok((after(0).await?, true)) } else { Ok((changes, self.is_copy)) }
    }

    /// Writes changes to the copy, or `is_all` in the place of what it has. It is as old then as they are, so that it serves no longer
    /// than the memory does.
    async fn keep(&mut self, changes: Vec<Change>, read_at: NumericDate, is_all: bool) {
        let has_news = self.has_copied && !(changes.is_empty() && self.has_tried());
        if !is_all && !has_news {
            return;
        }
        let kept = self.shared.copy.write(move |database| {
            if is_all {
                forget_all(database)?;
            }
            forget_expired(database, read_at.as_seconds())?;
            changes.iter().try_for_each(|change| copy(database, change))?;
            note_copied(database, read_at)
        });
        let kept = kept.await;
        (self.has_copied, self.tried) = (kept.is_ok(), Some(Instant::now()));
        if let Err(failure) = kept {
            warning(&self.host, "store_failed", "the copy on the disk", failure);
        }
    }

    /// Whether the copy was written a moment ago, or that was tried.
    fn has_tried(&self) -> bool {
        self.tried.is_some_and(|tried| tried.elapsed() < NOTE)
    }
}
