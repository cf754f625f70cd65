//! Records, with what is written beside them.

use rusqlite::{Connection, OptionalExtension, Result};
use service::host::{AuditNote, AuditRange, AuditRow, Commit, CommitError, Listed, Record, Reference};

use super::tally::next_revision;
use super::wakes::wake_at;
use super::{audit_log, spent};

/// The record of a key, if there is one. The value of the `known` revision is not read.
pub fn load(database: &Connection, key: &str, known: Option<u64>) -> Result<Option<Record>> {
    let mut statement = database.prepare_cached(
        "SELECT iif(revision IS ?2, NULL, value), revision, EXISTS (SELECT 1 FROM reference WHERE key = ?1)
         FROM record WHERE key = ?1",
    )?;
    let read = |row: &rusqlite::Row<'_>| {
        Ok(Record { value: row.get(0)?, revision: row.get(1)?, is_referenced: row.get(2)? })
    };
    statement.query_row((key, known), read).optional()
}

/// Writes if the record is at the `expected` revision, and returns its new revision.
pub fn commit(
    database: &Connection,
    key: &str,
    expected: Option<u64>,
    commit: Commit,
    now: f64,
) -> Result<std::result::Result<u64, CommitError>> {
    let mut revision = database.prepare_cached("SELECT revision FROM record WHERE key = ?")?;
    let stored: Option<u64> = revision.query_row([key], |row| row.get(0)).optional()?;
    if stored != expected {
        return Ok(Err(CommitError::Conflict));
    }
    let revision = next_revision(database)?;
    let Commit { value, audit, reference, wake_after } = commit;
    let Some(value) = value else {
        remove(database, key)?;
        return Ok(Ok(revision));
    };
    let mut statement = database.prepare_cached(
        "INSERT INTO record (key, value, revision) VALUES (?, ?, ?)
         ON CONFLICT (key) DO UPDATE SET value = excluded.value, revision = excluded.revision",
    )?;
    statement.execute((key, value, revision))?;
    if let Some(note) = audit {
        append(database, key, &note, now)?;
    }
    if let Some(reference) = reference {
        refer(database, key, &reference)?;
    }
    if let Some(seconds) = wake_after {
        wake_at(database, key, now + seconds)?;
    }
    Ok(Ok(revision))
}

fn remove(database: &Connection, key: &str) -> Result<()> {
    for table in ["record", "reference", "wake"] {
        database.prepare_cached(&format!("DELETE FROM {table} WHERE key = ?"))?.execute([key])?;
    }
    audit_log::forget(database, key)?;
    spent::forget(database, key)
}

fn refer(database: &Connection, key: &str, reference: &Reference) -> Result<()> {
    let (statement, project) = match reference {
        Reference::Add(project) => ("INSERT OR IGNORE INTO reference VALUES (?, ?)", project),
        Reference::Remove(project) => ("DELETE FROM reference WHERE key = ? AND project = ?", project),
    };
    database.prepare_cached(statement)?.execute((key, project)).map(|_| ())
}

/// Appends an entry to a key's audit log.
pub fn append(database: &Connection, key: &str, note: &AuditNote, now: f64) -> Result<()> {
    let number = audit_log::append(database, key, note, now)?;
    if note.begins {
        let mut statement = database.prepare_cached("UPDATE record SET first_entry = ? WHERE key = ?")?;
        statement.execute((number, key))?;
    }
    Ok(())
}

/// Entries of a key's audit log, newest first.
pub fn audit(database: &Connection, key: &str, range: AuditRange) -> Result<Vec<AuditRow>> {
    let mut statement = database.prepare_cached("SELECT first_entry FROM record WHERE key = ?")?;
    let first: Option<u64> = statement.query_row([key], |row| row.get(0)).optional()?;
    let first = first.filter(|_| range.is_since_begin).unwrap_or_default();
    audit_log::read(database, key, first, range)
}

/// Puts a project into the list of projects, or removes it from there.
pub fn list(database: &Connection, project: &str, listed: Option<&Listed>) -> Result<()> {
    let Some(listed) = listed else {
        let mut statement = database.prepare_cached("DELETE FROM project WHERE id = ?")?;
        return statement.execute([project]).map(|_| ());
    };
    let label = listed.label.as_ref().map(ToString::to_string);
    let mut statement = database.prepare_cached("INSERT OR REPLACE INTO project VALUES (?, ?)")?;
    statement.execute((project, label)).map(|_| ())
}

/// The projects after the one of that name.
pub fn projects(database: &Connection, after: &str, limit: u32) -> Result<Vec<Listed>> {
    let mut statement =
        database.prepare_cached("SELECT id, label FROM project WHERE id > ? ORDER BY id LIMIT ?")?;
    let read = |row: &rusqlite::Row<'_>| {
        let label: Option<String> = row.get(1)?;
        // What is no JSON was not written by `list`.
        Ok(Listed { id: row.get(0)?, label: label.and_then(|text| serde_json::from_str(&text).ok()) })
    };
    statement.query_map((after, limit), read)?.collect()
}
