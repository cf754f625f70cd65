//! Records with revisions: the source of truth.

use edge_authorizer::ProjectId;
use serde::{Deserialize, Serialize};
use serde_json::Value;

use super::audit_log::{AuditNote, AuditRange, AuditRow};
use super::failure::Failure;
use super::key::Key;

/// A record as it is stored.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Record {
    /// Its value, in JSON; `None` if it is the one of the known revision.
    pub value: Option<String>,
    /// Changes with each commit, and is never one that the key had before, not even after the record was removed.
    pub revision: u64,
    /// Whether projects are registered with it.
    pub is_referenced: bool,
}

/// What is written in one transaction: all of it or nothing.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Commit {
    /// The new value; `None` removes the record with all that belongs to it.
    pub value: Option<String>,
    /// An entry for its audit log.
    pub audit: Option<AuditNote>,
    /// A project to register with it, or to unregister.
    pub reference: Option<Reference>,
    /// After how many seconds [`crate::ControlPlane::wake`] is to be called for the key, instead of what was set before.
    pub wake_after: Option<f64>,
}

/// A change of the projects that are registered with a record. They are a set of their own, because thousands may name one
/// issuer, and its value is written at each refresh.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Reference {
    /// Registers a project.
    Add(String),
    /// Unregisters one.
    Remove(String),
}

/// Why nothing was written.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum CommitError {
    /// The record is no longer at the expected revision.
    Conflict,
    /// The store failed. Whether it wrote is unknown.
    Failed(Failure),
}

/// A project in the list of projects.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Listed {
    /// The project.
    pub id: String,
    /// Its name for people, by language.
    pub label: Option<Value>,
}

/// The most ids of used messages that are remembered of a project. An id has 43 bytes.
pub const MAX_SPENT: u32 = 100_000;

/// Stores versioned records. A commit names the revision that was read: if another commit came first, it is a conflict, and
/// the service loads the record and applies its change again. So no lock is held while anything is awaited.
///
/// **Durable Object.** One object a key: `load` and `commit` ignore the key but for its kind. The object's thread runs
/// `commit` without awaiting anything, so SQLite writes all or nothing:
///
/// ```text
/// load:    SELECT iif(revision = known, NULL, value), revision FROM record; EXISTS (SELECT 1 FROM project)
/// commit:  if the revision is not the expected one: Conflict
///          UPDATE record …; INSERT INTO audit …; INSERT OR IGNORE INTO project …   -- or delete_all() without a value
///          storage.set_alarm(wake_after)                                          -- in the same output gate
/// append, audit:  the table `audit`, pruned by `AuditQuota` and `AUDIT_RETENTION`; `first_entry` is the last that begins
/// wake_at: storage.set_alarm; the object's alarm handler calls `ControlPlane::wake`
/// spend:   DELETE FROM spent WHERE until < now; INSERT OR IGNORE INTO spent …
/// list:    a message to the registry's object; `projects` is a query there
/// ```
///
/// A removed record's next revision must be a new one: start from the time in milliseconds. `is_exclusive` is true: only
/// the object's instance writes and publishes its record.
///
/// **SQL database** (the self-hosted node's). A table `record (key, value, revision)`, written at the expected revision with the
/// audit entry, the reference and a row `wake (key, at)` in one transaction; a task of the host calls `ControlPlane::wake` for
/// rows that are due. With several nodes `is_exclusive` is false, and a row that is due belongs to one of them for a while.
pub trait Store {
    /// Whether no other process can publish the records that this one does. Otherwise the right to publish is claimed by a
    /// commit first.
    fn is_exclusive(&self) -> bool;

    /// The record of a key, if there is one. The value of the `known` revision need not be read again.
    fn load(&self, key: &Key, known: Option<u64>) -> impl Future<Output = Result<Option<Record>, Failure>>;

    /// Writes if the record is at the `expected` revision (`None`: there is no record), and returns its new revision.
    fn commit(
        &self,
        key: &Key,
        expected: Option<u64>,
        commit: Commit,
    ) -> impl Future<Output = Result<u64, CommitError>>;

    /// Sets after how many seconds [`crate::ControlPlane::wake`] is to be called for a key, instead of what was set before.
    fn wake_after(&self, key: &Key, seconds: f64) -> impl Future<Output = Result<(), Failure>>;

    /// Appends an entry to a key's audit log, without changing its record.
    fn append(&self, key: &Key, note: AuditNote) -> impl Future<Output = Result<(), Failure>>;

    /// Entries of a key's audit log, newest first.
    fn audit(&self, key: &Key, range: AuditRange) -> impl Future<Output = Result<Vec<AuditRow>, Failure>>;

    /// Notes that the id of a message to the record's project was used, and returns whether that is the first time. It is
    /// remembered until the time `until`, in seconds since 1970. A store remembers [`MAX_SPENT`] of a project and fails beyond
    /// that: an id that is forgotten could be used again.
    fn spend(&self, key: &Key, id: &str, until: f64) -> impl Future<Output = Result<bool, Failure>>;

    /// Puts a project into the list of projects, or removes it from there.
    fn list(&self, project: &ProjectId, listed: Option<&Listed>)
    -> impl Future<Output = Result<(), Failure>>;

    /// The projects after the one of that name, by name.
    fn projects(&self, after: &str, limit: u32) -> impl Future<Output = Result<Vec<Listed>, Failure>>;
}
