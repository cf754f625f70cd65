//! A store in memory. It can fail, conflict, and let others go first.

use std::collections::{BTreeMap, BTreeSet};
use std::sync::Mutex;
use std::sync::atomic::{AtomicBool, AtomicU32, Ordering};

use edge_authorizer::ProjectId;
use edge_authorizer::management::{AUDIT_RETENTION, AuditQuota};
use service::host::{
    AuditNote, AuditRange, AuditRow, Commit, CommitError, Failure, Key, Listed, MAX_SPENT, Record, Reference,
};

use super::executor::pause;

#[derive(Default)]
pub struct MemoryStore {
    tables: Mutex<Tables>,
    /// Whether everything fails.
    pub is_down: AtomicBool,
    /// How many of the next commits conflict.
    pub conflicts: AtomicU32,
    /// Whether audit logs take no entries.
    pub is_log_down: AtomicBool,
    /// How often others go first, for each operation.
    pub pauses: AtomicU32,
    /// How many commits were made.
    pub commits: AtomicU32,
}

#[derive(Default)]
struct Tables {
    records: BTreeMap<Key, Row>,
    logs: BTreeMap<Key, Log>,
    wakes: BTreeMap<Key, f64>,
    listed: BTreeMap<String, Listed>,
    /// Used ids of messages, and until when they are remembered.
    spent: BTreeMap<Key, BTreeMap<String, f64>>,
    last_revision: u64,
}

struct Row {
    value: String,
    revision: u64,
    references: BTreeSet<String>,
}

#[derive(Default)]
struct Log {
    entries: Vec<(AuditRow, bool)>,
    last: u64,
    first: u64,
}

impl Log {
    fn append(&mut self, note: AuditNote, now: f64) {
        self.last += 1;
        if note.begins {
            self.first = self.last;
        }
        self.entries.retain(|(row, _)| row.at >= now - AUDIT_RETENTION);
        self.entries.push((AuditRow { number: self.last, at: now, entry: note.entry }, note.is_refusal));
        let quota = AuditQuota::of(note.is_refusal);
        let mut room = quota.total();
        let mut kept = BTreeSet::new();
        for (row, _) in self.entries.iter().rev().filter(|(_, is_refusal)| *is_refusal == note.is_refusal) {
            let Some(rest) = room.checked_sub(quota.cost(&row.entry)) else { break };
            room = rest;
            kept.insert(row.number);
        }
        self.entries.retain(|(row, is_refusal)| *is_refusal != note.is_refusal || kept.contains(&row.number));
    }
}

impl MemoryStore {
    async fn enter(&self) -> Result<(), Failure> {
        pause(self.pauses.load(Ordering::Relaxed)).await;
        if self.is_down.load(Ordering::Relaxed) { Err(Failure::new("the store is down")) } else { Ok(()) }
    }

    pub async fn load(&self, key: &Key, known: Option<u64>) -> Result<Option<Record>, Failure> {
        self.enter().await?;
        let tables = self.tables.lock().unwrap();
        Ok(tables.records.get(key).map(|row| Record {
            value: (known != Some(row.revision)).then(|| row.value.clone()),
            revision: row.revision,
            is_referenced: !row.references.is_empty(),
        }))
    }

    pub async fn commit(
        &self,
        key: &Key,
        expected: Option<u64>,
        commit: Commit,
        now: f64,
    ) -> Result<u64, CommitError> {
        self.enter().await.map_err(CommitError::Failed)?;
        let mut tables = self.tables.lock().unwrap();
        let conflicts = self.conflicts.load(Ordering::Relaxed);
        self.conflicts.store(conflicts.saturating_sub(1), Ordering::Relaxed);
        if conflicts > 0 || tables.records.get(key).map(|row| row.revision) != expected {
            return Err(CommitError::Conflict);
        }
        self.commits.fetch_add(1, Ordering::Relaxed);
        tables.last_revision += 1;
        let revision = tables.last_revision;
        let Some(value) = commit.value else {
            tables.records.remove(key);
            tables.wakes.remove(key);
            tables.logs.remove(key);
            return Ok(revision);
        };
        let mut references = tables.records.remove(key).map(|row| row.references).unwrap_or_default();
        match commit.reference {
            Some(Reference::Add(project)) => drop(references.insert(project)),
            Some(Reference::Remove(project)) => drop(references.remove(&project)),
            None => {}
        }
        tables.records.insert(key.clone(), Row { value, revision, references });
        if let Some(note) = commit.audit {
            tables.logs.entry(key.clone()).or_default().append(note, now);
        }
        if let Some(seconds) = commit.wake_after {
            tables.wakes.insert(key.clone(), now + seconds);
        }
        Ok(revision)
    }

    pub async fn wake_after(&self, key: &Key, at: f64) -> Result<(), Failure> {
        self.enter().await?;
        self.tables.lock().unwrap().wakes.insert(key.clone(), at);
        Ok(())
    }

    pub async fn append(&self, key: &Key, note: AuditNote, now: f64) -> Result<(), Failure> {
        self.enter().await?;
        if self.is_log_down.load(Ordering::Relaxed) {
            return Err(Failure::new("the audit log is down"));
        }
        self.tables.lock().unwrap().logs.entry(key.clone()).or_default().append(note, now);
        Ok(())
    }

    pub async fn audit(&self, key: &Key, range: AuditRange) -> Result<Vec<AuditRow>, Failure> {
        self.enter().await?;
        let tables = self.tables.lock().unwrap();
        let Some(log) = tables.logs.get(key) else { return Ok(Vec::new()) };
        let first = if range.is_since_begin { log.first } else { 0 };
        let rows = log.entries.iter().rev().map(|(row, _)| row).filter(|row| row.number >= first);
        let rows = rows.filter(|row| range.before.is_none_or(|before| row.number < before));
        Ok(rows.take(range.limit as usize).cloned().collect())
    }

    pub async fn spend(&self, key: &Key, id: &str, until: f64, now: f64) -> Result<bool, Failure> {
        self.enter().await?;
        let mut tables = self.tables.lock().unwrap();
        let spent = tables.spent.entry(key.clone()).or_default();
        spent.retain(|_, until| *until >= now);
        if spent.len() >= MAX_SPENT as usize {
            return Err(Failure::new("too many ids are remembered"));
        }
        Ok(spent.insert(id.to_owned(), until).is_none())
    }

    pub async fn list(&self, project: &ProjectId, listed: Option<&Listed>) -> Result<(), Failure> {
        self.enter().await?;
        let mut tables = self.tables.lock().unwrap();
        match listed {
            Some(listed) => drop(tables.listed.insert(project.as_str().to_owned(), listed.clone())),
            None => drop(tables.listed.remove(project.as_str())),
        }
        Ok(())
    }

    pub async fn projects(&self, after: &str, limit: u32) -> Result<Vec<Listed>, Failure> {
        self.enter().await?;
        let tables = self.tables.lock().unwrap();
        let after = tables.listed.values().filter(|listed| *listed.id > *after);
        Ok(after.take(limit as usize).cloned().collect())
    }

    /// The keys that are to be woken by `now`; each is given once.
    pub fn due(&self, now: f64) -> Vec<Key> {
        let mut tables = self.tables.lock().unwrap();
        let due: Vec<_> =
            tables.wakes.iter().filter(|(_, at)| **at <= now).map(|(key, _)| key.clone()).collect();
        tables.wakes.retain(|key, _| !due.contains(key));
        due
    }

    /// The values of all records and the entries of their audit logs.
    pub fn values(&self) -> Vec<String> {
        let tables = self.tables.lock().unwrap();
        let entries = tables.logs.values().flat_map(|log| &log.entries).map(|(row, _)| row.entry.clone());
        tables.records.values().map(|row| row.value.clone()).chain(entries).collect()
    }

    /// The value of a record.
    pub fn value(&self, key: &Key) -> Option<serde_json::Value> {
        let tables = self.tables.lock().unwrap();
        tables.records.get(key).map(|row| serde_json::from_str(&row.value).unwrap())
    }
}
