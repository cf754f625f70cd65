//! The record of an object with its audit log, and the projects that are registered or listed there.

use std::cell::Cell;
use std::time::Duration;

use cloudflare::http::now;
use serde_json::Value;
use service::host::{
    AuditNote, AuditRange, AuditRow, Commit, CommitError, Failure, Key, Listed, Record, Reference,
};
use worker::{Result, SqlStorage, SqlStorageValue, State};

use super::audit_log;
use super::rows::{Row, has_table, integer, migrate, query};
use super::schema::Steps;
use super::spent::SpentIds;

/// The storage of an object. Statements run without anything between them, so what a method writes before it awaits is
/// stored together or not at all.
pub struct ObjectStore {
    state: State,
    steps: Steps,
    /// Whether the tables are there. Reading what does not exist leaves nothing behind.
    is_open: Cell<bool>,
    /// The last revision that this object gave.
    last: Cell<u64>,
    /// How often the alarm was set.
    alarms: Cell<u64>,
    /// The ids of messages that were used.
    spent: SpentIds,
}

impl ObjectStore {
    /// The storage, whose tables `steps` make.
    pub fn new(state: State, steps: Steps) -> Self {
        let (is_open, last, alarms) = (Cell::default(), Cell::default(), Cell::default());
        Self { state, steps, is_open, last, alarms, spent: SpentIds::default() }
    }

    fn sql(&self) -> SqlStorage {
        self.state.storage().sql()
    }

    /// Whether anything is stored.
    fn is_open(&self) -> Result<bool> {
        if !self.is_open.get() && has_table(&self.sql(), "migration")? {
            self.open()?;
        }
        Ok(self.is_open.get())
    }

    /// Makes the tables that are not there yet.
    fn open(&self) -> Result<()> {
        if !self.is_open.get() {
            migrate(&self.sql(), self.steps)?;
            self.is_open.set(true);
        }
        Ok(())
    }

    /// The name of what the record is about.
    pub fn name(&self) -> Result<Option<String>> {
        if !self.is_open()? {
            return Ok(None);
        }
        let rows = query(&self.sql(), "SELECT name FROM record", Vec::new())?;
        rows.first().map_or(Ok(None), |row| Ok(row.text(0)?.map(str::to_owned)))
    }

    /// The record, if there is one.
    pub fn load(&self, key: &Key, known: Option<u64>) -> Result<Option<Record>> {
        if !self.is_open()? {
            return Ok(None);
        }
        let known = known.map_or(SqlStorageValue::Null, integer);
        let columns = "SELECT iif(revision IS ?, NULL, value), revision FROM record";
        let rows = query(&self.sql(), columns, vec![known])?;
        let Some(row) = rows.first() else { return Ok(None) };
        let is_referenced = matches!(key, Key::Issuer(_))
            && !query(&self.sql(), "SELECT 1 FROM project LIMIT 1", Vec::new())?.is_empty();
        let value = row.text(0)?.map(str::to_owned);
        Ok(Some(Record { value, revision: row.number(1)?, is_referenced }))
    }

    /// Writes if the record is at the `expected` revision.
    pub async fn commit(
        &self,
        key: &Key,
        expected: Option<u64>,
        commit: Commit,
    ) -> std::result::Result<u64, CommitError> {
        let failed = |error: worker::Error| CommitError::Failed(Failure::new(error));
        if self.revision().map_err(failed)? != expected {
            return Err(CommitError::Conflict);
        }
        self.write(key, expected, commit).await.map_err(failed)
    }

    fn revision(&self) -> Result<Option<u64>> {
        if !self.is_open()? {
            return Ok(None);
        }
        let rows = query(&self.sql(), "SELECT revision FROM record", Vec::new())?;
        rows.first().map(|row| row.number(0)).transpose()
    }

    async fn write(&self, key: &Key, expected: Option<u64>, commit: Commit) -> Result<u64> {
        let revision = expected.map_or_else(|| self.first_revision(), |expected| expected + 1);
        self.last.set(revision);
        let Commit { value, audit, reference, wake_after } = commit;
        let Some(value) = value else {
            self.is_open.set(false);
            // The alarm goes with it (workerd's compatibility flag `delete_all_deletes_alarm`).
            self.state.storage().delete_all().await?;
            return Ok(revision);
        };
        self.open()?;
        let sql = self.sql();
        sql.exec(
            "INSERT INTO record (id, name, value, revision) VALUES (1, ?, ?, ?)
             ON CONFLICT (id) DO UPDATE SET value = excluded.value, revision = excluded.revision",
            vec![key.to_string().into(), value.into(), integer(revision)],
        )?;
        if let Some(note) = audit {
            audit_log::append(&sql, &note)?;
            if note.begins {
                sql.exec("UPDATE record SET first_entry = (SELECT MAX(number) FROM audit)", None)?;
            }
        }
        match reference {
            Some(Reference::Add(project)) => {
                sql.exec("INSERT OR IGNORE INTO project VALUES (?)", vec![project.into()])?;
            }
            Some(Reference::Remove(project)) => {
                sql.exec("DELETE FROM project WHERE id = ?", vec![project.into()])?;
            }
            None => {}
        }
        if let Some(seconds) = wake_after {
            self.wake_after(seconds).await?;
        }
        Ok(revision)
    }

    /// The revision of a new record. A former one began with an earlier time and grew by one with each commit.
    fn first_revision(&self) -> u64 {
        let milliseconds = Duration::try_from_secs_f64(now().as_seconds()).unwrap_or_default().as_millis();
        u64::try_from(milliseconds).unwrap_or_default().max(self.last.get() + 1)
    }

    /// How often the alarm was set.
    pub fn alarms(&self) -> u64 {
        self.alarms.get()
    }

    /// Cancels the alarm, unless it was set again since it was set `set` times.
    pub async fn cancel_alarm(&self, set: u64) -> Result<()> {
        if self.alarms.get() == set { self.state.storage().delete_alarm().await } else { Ok(()) }
    }

    /// Sets the alarm.
    pub async fn wake_after(&self, seconds: f64) -> Result<()> {
        self.alarms.set(self.alarms.get() + 1);
        let wait = Duration::try_from_secs_f64(seconds.max(0.0)).unwrap_or_default();
        self.state.storage().set_alarm(wait).await
    }

    /// Appends an entry to the audit log.
    pub fn append(&self, note: &AuditNote) -> Result<()> {
        self.open()?;
        audit_log::append(&self.sql(), note)
    }

    /// Entries of the audit log.
    pub fn audit(&self, range: AuditRange) -> Result<Vec<AuditRow>> {
        if !self.is_open()? {
            return Ok(Vec::new());
        }
        let sql = self.sql();
        let begin = query(&sql, "SELECT first_entry FROM record", Vec::new())?;
        let begin = begin.first().filter(|_| range.is_since_begin).map_or(Ok(0), |row| row.number(0))?;
        audit_log::read(&sql, begin, range.before, range.limit)
    }

    /// Notes that an id was used, and returns whether that is the first time.
    pub fn spend(&self, id: &str, until: f64) -> Result<bool> {
        self.open()?;
        self.spent.spend(&self.sql(), id, until)
    }

    /// Puts a project into the list, or takes it from there.
    pub fn list(&self, project: &str, listed: Option<&Listed>) -> Result<()> {
        self.open()?;
        match listed {
            Some(Listed { label, .. }) => {
                let label = label.as_ref().map_or(SqlStorageValue::Null, |label| label.to_string().into());
                self.sql()
                    .exec("INSERT OR REPLACE INTO project VALUES (?, ?)", vec![project.into(), label])?;
            }
            None => {
                self.sql().exec("DELETE FROM project WHERE id = ?", vec![project.into()])?;
            }
        }
        Ok(())
    }

    /// The listed projects after the one of that name.
    pub fn projects(&self, after: &str, limit: u32) -> Result<Vec<Listed>> {
        if !self.is_open()? {
            return Ok(Vec::new());
        }
        let rows = query(
            &self.sql(),
            "SELECT id, label FROM project WHERE id > ? ORDER BY id LIMIT ?",
            vec![after.into(), i64::from(limit).into()],
        )?;
        let read = |row: &Row| {
            let label = row.json::<Option<Value>>(1)?;
            Ok(Listed { id: row.text(0)?.unwrap_or_default().to_owned(), label })
        };
        rows.iter().map(read).collect()
    }
}
