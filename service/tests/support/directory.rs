//! A directory in memory. It can fail, conflict, and let others go first.

use std::collections::{BTreeMap, BTreeSet};
use std::ops::Bound;
use std::sync::Mutex;
use std::sync::atomic::{AtomicBool, AtomicU32, AtomicU64, Ordering};

use service::host::{Failure, Kind, NewRow, Row, RowChange, RowError, RowKey, RowQuery, RowWrite, TermName};

use super::executor::pause;

#[derive(Default)]
pub struct MemoryDirectory {
    tables: Mutex<Tables>,
    /// Whether everything fails.
    pub is_down: AtomicBool,
    /// How many of the next commits conflict.
    pub conflicts: AtomicU32,
    /// How many rows were read.
    pub reads: AtomicU64,
}

#[derive(Default)]
struct Tables {
    rows: BTreeMap<RowKey, (NewRow, u64)>,
    terms: BTreeMap<(Kind, TermName, String), BTreeSet<String>>,
    counts: BTreeMap<Kind, u64>,
    last_revision: u64,
}

impl Tables {
    fn live(&self, key: &RowKey, now: f64) -> Option<&(NewRow, u64)> {
        self.rows.get(key).filter(|(row, _)| row.expires_at.is_none_or(|at| now < at))
    }

    fn remove(&mut self, key: &RowKey) {
        let Some((row, _)) = self.rows.remove(key) else { return };
        *self.counts.get_mut(&key.kind).unwrap() -= 1;
        for term in row.terms {
            let entry = (key.kind, term.name, term.value);
            let ids = self.terms.get_mut(&entry).unwrap();
            ids.remove(&key.id);
            if ids.is_empty() {
                self.terms.remove(&entry);
            }
        }
    }

    fn put(&mut self, key: &RowKey, row: &NewRow) {
        self.remove(key);
        self.last_revision += 1;
        *self.counts.entry(key.kind).or_default() += 1;
        for term in &row.terms {
            let ids = self.terms.entry((key.kind, term.name, term.value.clone())).or_default();
            ids.insert(key.id.clone());
        }
        self.rows.insert(key.clone(), (row.clone(), self.last_revision));
    }

    fn taken(&self, key: &RowKey, row: &NewRow, now: f64) -> Option<TermName> {
        let is_taken = |name, value: &String| {
            let ids = self.terms.get(&(key.kind, name, value.clone()));
            let mut others = ids.into_iter().flatten().filter(|id| **id != key.id);
            others.any(|id| self.live(&RowKey::new(key.kind, id.clone()), now).is_some())
        };
        let mut unique = row.terms.iter().filter(|term| term.name.is_unique());
        unique.find(|term| is_taken(term.name, &term.value)).map(|term| term.name)
    }
}

impl MemoryDirectory {
    async fn enter(&self) -> Result<(), Failure> {
        pause(2).await;
        if self.is_down.load(Ordering::Relaxed) { Err(Failure::new("the directory is down")) } else { Ok(()) }
    }

    pub async fn row(&self, key: &RowKey, now: f64) -> Result<Option<Row>, Failure> {
        self.enter().await?;
        self.reads.fetch_add(1, Ordering::Relaxed);
        let tables = self.tables.lock().unwrap();
        Ok(tables.live(key, now).map(|(row, revision)| Row {
            id: key.id.clone(),
            value: row.value.clone(),
            revision: *revision,
        }))
    }

    pub async fn find(&self, query: &RowQuery, now: f64) -> Result<Vec<Row>, Failure> {
        self.enter().await?;
        let tables = self.tables.lock().unwrap();
        let RowQuery { kind, term, value, after, limit } = query;
        let after = after.clone().unwrap_or_default();
        let (first, last) = match value {
            Some(value) => (value.clone(), value.clone()),
            None => (after.clone(), char::MAX.to_string()),
        };
        let entries = tables.terms.range((*kind, *term, first)..=(*kind, *term, last));
        let from = if value.is_some() { Bound::Excluded(after.clone()) } else { Bound::Unbounded };
        let range = (from, Bound::Unbounded);
        let ids =
            entries.flat_map(|((_, _, found), ids)| ids.range(range.clone()).map(move |id| (found, id)));
        let is_after =
            |(found, _): &(&String, &String)| value.is_some() || after.is_empty() || **found > after;
        let row = |(_, id): (&String, &String)| {
            self.reads.fetch_add(1, Ordering::Relaxed);
            let (row, revision) = tables.live(&RowKey::new(*kind, id.clone()), now)?;
            Some(Row { id: id.clone(), value: row.value.clone(), revision: *revision })
        };
        Ok(ids.filter(is_after).filter_map(row).take(*limit as usize).collect())
    }

    pub async fn commit(&self, changes: &[RowChange], now: f64) -> Result<(), RowError> {
        self.enter().await?;
        let conflicts = self.conflicts.load(Ordering::Relaxed);
        self.conflicts.store(conflicts.saturating_sub(1), Ordering::Relaxed);
        let mut tables = self.tables.lock().unwrap();
        let is_current = |change: &RowChange| {
            tables.live(&change.key, now).map(|(_, revision)| *revision) == change.expected
        };
        if conflicts > 0 || !changes.iter().all(is_current) {
            return Err(RowError::Conflict);
        }
        for RowChange { key, write, .. } in changes {
            let RowWrite::Put(row) = write else { continue };
            if let Some(name) = tables.taken(key, row, now) {
                return Err(RowError::Taken(name));
            }
            if !tables.rows.contains_key(key)
                && tables.counts.get(&key.kind).is_some_and(|count| *count >= key.kind.max_rows())
            {
                return Err(RowError::Full(key.kind));
            }
        }
        for RowChange { key, write, .. } in changes {
            match write {
                RowWrite::Keep => {}
                RowWrite::Delete => tables.remove(key),
                RowWrite::Put(row) => tables.put(key, row),
            }
        }
        Ok(())
    }

    /// How many rows there are of a kind.
    pub fn count(&self, kind: Kind) -> u64 {
        self.tables.lock().unwrap().counts.get(&kind).copied().unwrap_or_default()
    }

    /// The values of all rows.
    pub fn values(&self) -> Vec<String> {
        self.tables.lock().unwrap().rows.values().map(|(row, _)| row.value.clone()).collect()
    }
}
