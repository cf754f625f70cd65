//! Records, with what is written beside them.

use service::host::{AuditNote, AuditRange, AuditRow, Commit, CommitError, Listed, Record, Reference};

use super::connection::{Connection, Result, Row, storable};
use super::tally::next_revision;
use super::wakes::wake_at;
use super::{audit_log, spent};

/// The record of a key, if there is one. The value of the `known` revision is not read.
pub fn load(database: &dyn Connection, key: &str, known: Option<u64>) -> Result<Option<Record>> {
    let query = "SELECT CASE WHEN revision = ?2 THEN NULL ELSE value END, revision,
        EXISTS (SELECT 1 FROM reference WHERE key = ?1) FROM record WHERE key = ?1";
    let read = |mut row: Row| {
        Ok(Record { value: row.take(0)?, revision: row.take(1)?, is_referenced: row.take(2)? })
    };
    database.row(query, &[key.into(), known.into()])?.map(read).transpose()
}

/// Writes if the record is at the `expected` revision, and returns its new revision.
pub fn commit(
    database: &dyn Connection,
    key: &str,
    expected: Option<u64>,
    commit: Commit,
    now: f64,
) -> Result<std::result::Result<u64, CommitError>> {
    let stored = database.row("SELECT revision FROM record WHERE key = ?1", &[key.into()])?;
    let stored: Option<u64> = stored.map(|mut row| row.take(0)).transpose()?;
    if stored != expected {
        return Ok(Err(CommitError::Conflict));
    }
    let revision = next_revision(database)?;
    let Commit { value, audit, reference, wake_after } = commit;
    let Some(value) = value else {
        remove(database, key)?;
        return Ok(Ok(revision));
    };
    let statement = "INSERT INTO record (key, value, revision) VALUES (?1, ?2, ?3)
        ON CONFLICT (key) DO UPDATE SET value = excluded.value, revision = excluded.revision";
    database.execute(statement, &[key.into(), value.into(), revision.into()])?;
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

fn remove(database: &dyn Connection, key: &str) -> Result<()> {
    for table in ["record", "reference", "wake"] {
        database.execute(&format!("DELETE FROM {table} WHERE key = ?1"), &[key.into()])?;
    }
    audit_log::forget(database, key)?;
    spent::forget(database, key)
}

fn refer(database: &dyn Connection, key: &str, reference: &Reference) -> Result<()> {
    let (statement, project) = match reference {
        Reference::Add(project) => (
            "INSERT INTO reference (key, project) VALUES (?1, ?2) ON CONFLICT (key, project) DO NOTHING",
            project,
        ),
        Reference::Remove(project) => ("DELETE FROM reference WHERE key = ?1 AND project = ?2", project),
    };
    database.execute(statement, &[key.into(), project.into()]).map(|_| ())
}

/// Appends an entry to a key's audit log.
pub fn append(database: &dyn Connection, key: &str, note: &AuditNote, now: f64) -> Result<()> {
    let number = audit_log::append(database, key, note, now)?;
    if note.begins {
        let statement = "UPDATE record SET first_entry = ?1 WHERE key = ?2";
        database.execute(statement, &[number.into(), key.into()])?;
    }
    Ok(())
}

/// Entries of a key's audit log, newest first.
pub fn audit(database: &dyn Connection, key: &str, range: AuditRange) -> Result<Vec<AuditRow>> {
    let first = database.row("SELECT first_entry FROM record WHERE key = ?1", &[key.into()])?;
    let first: u64 = first.map_or(Ok(0), |mut row| row.take(0))?;
    audit_log::read(database, key, if range.is_since_begin { first } else { 0 }, range)
}

/// Puts a project into the list of projects, or removes it from there.
pub fn list(database: &dyn Connection, project: &str, listed: Option<&Listed>) -> Result<()> {
    let Some(listed) = listed else {
        return database.execute("DELETE FROM project WHERE id = ?1", &[project.into()]).map(|_| ());
    };
    let label = listed.label.as_ref().map(ToString::to_string);
    let statement = "INSERT INTO project (id, label) VALUES (?1, ?2)
        ON CONFLICT (id) DO UPDATE SET label = excluded.label";
    database.execute(statement, &[project.into(), label.into()]).map(|_| ())
}

/// The projects after the one of that name.
pub fn projects(database: &dyn Connection, after: &str, limit: u32) -> Result<Vec<Listed>> {
    let query = "SELECT id, label FROM project WHERE id > ?1 ORDER BY id LIMIT ?2";
    let read = |mut row: Row| {
        let label: Option<String> = row.take(1)?;
        // What is no JSON was not written by `list`.
        Ok(Listed { id: row.take(0)?, label: label.and_then(|text| serde_json::from_str(&text).ok()) })
    };
    database.rows(query, &[storable(after).into(), limit.into()])?.into_iter().map(read).collect()
}
