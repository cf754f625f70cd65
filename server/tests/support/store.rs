//! The node's store in a database of its own. It can fail and conflict.

use std::sync::atomic::{AtomicBool, AtomicU32, Ordering};

use edge_authorizer::ProjectId;
use server::store::{self, Connection, Result};
use service::host::{AuditNote, AuditRange, AuditRow, Commit, CommitError, Failure, Key, Listed, Record};

use super::database::{TestConnection, database, run};
use super::executor::pause;

pub struct MemoryStore {
    database: TestConnection,
    /// Whether everything fails.
    pub is_down: AtomicBool,
    /// How many of the next commits conflict.
    pub conflicts: AtomicU32,
}

impl Default for MemoryStore {
    fn default() -> Self {
        Self { database: database(), is_down: AtomicBool::default(), conflicts: AtomicU32::default() }
    }
}

impl MemoryStore {
    async fn run<T>(
        &self,
        work: impl FnOnce(&dyn Connection) -> Result<T>,
    ) -> std::result::Result<T, Failure> {
        pause(2).await;
        if self.is_down.load(Ordering::Relaxed) {
            return Err(Failure::new("the store is down"));
        }
        run(&self.database, work)
    }

    pub async fn load(&self, key: &Key, known: Option<u64>) -> std::result::Result<Option<Record>, Failure> {
        self.run(|database| store::load(database, &store::name_of(key), known)).await
    }

    pub async fn commit(
        &self,
        key: &Key,
        expected: Option<u64>,
        commit: Commit,
        now: f64,
    ) -> std::result::Result<u64, CommitError> {
        let conflicts = self.conflicts.load(Ordering::Relaxed);
        self.conflicts.store(conflicts.saturating_sub(1), Ordering::Relaxed);
        if conflicts > 0 {
            return Err(CommitError::Conflict);
        }
        let work =
            |database: &dyn Connection| store::commit(database, &store::name_of(key), expected, commit, now);
        self.run(work).await.map_err(CommitError::Failed)?
    }

    pub async fn wake_after(&self, key: &Key, at: f64) -> std::result::Result<(), Failure> {
        self.run(|database| store::wake_at(database, &store::name_of(key), at)).await
    }

    pub async fn append(&self, key: &Key, note: AuditNote, now: f64) -> std::result::Result<(), Failure> {
        self.run(|database| store::append(database, &store::name_of(key), &note, now)).await
    }

    pub async fn audit(&self, key: &Key, range: AuditRange) -> std::result::Result<Vec<AuditRow>, Failure> {
        self.run(|database| store::audit(database, &store::name_of(key), range)).await
    }

    pub async fn spend(
        &self,
        key: &Key,
        id: &str,
        until: f64,
        now: f64,
    ) -> std::result::Result<bool, Failure> {
        let spent = self.run(|database| store::spend(database, &store::name_of(key), id, until, now)).await?;
        spent.ok_or_else(|| Failure::new("too many ids are remembered"))
    }

    pub async fn list(
        &self,
        project: &ProjectId,
        listed: Option<&Listed>,
    ) -> std::result::Result<(), Failure> {
        self.run(|database| store::list(database, project.as_str(), listed)).await
    }

    pub async fn projects(&self, after: &str, limit: u32) -> std::result::Result<Vec<Listed>, Failure> {
        self.run(|database| store::projects(database, after, limit)).await
    }

    /// The keys that are to be woken by `now`; each is given once.
    pub fn due(&self, now: f64) -> Vec<Key> {
        let database = self.database.lock().unwrap();
        let database: &dyn Connection = &**database;
        let due = store::take_due(database, now, 60.0, 100).unwrap();
        for due in &due {
            store::done(database, due).unwrap();
        }
        due.iter().map(|due| store::key_of(&due.key).unwrap()).collect()
    }
}
