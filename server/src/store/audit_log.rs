//! The audit logs of records.

use edge_authorizer::management::{AUDIT_RETENTION, AuditQuota};
use rusqlite::{Connection, OptionalExtension, Result};
use service::host::{AuditNote, AuditRange, AuditRow};

use super::tally::{add, tally};

/// Appends an entry and returns its number. Those that are too old or exceed the quota are dropped. `total` is what the entries of
/// the same kind cost up to this one.
pub fn append(database: &Connection, key: &str, note: &AuditNote, now: f64) -> Result<u64> {
    let quota = AuditQuota::of(note.is_refusal);
    database
        .prepare_cached("DELETE FROM audit WHERE key = ? AND at < ?")?
        .execute((key, now - AUDIT_RETENTION))?;
    let mut latest = database.prepare_cached(
        "SELECT total FROM audit WHERE key = ? AND refused = ? ORDER BY total DESC LIMIT 1",
    )?;
    let latest: Option<u64> = latest.query_row((key, note.is_refusal), |row| row.get(0)).optional()?;
    let total = quota.cost(&note.entry) + latest.unwrap_or_default();
    // Kept beside the log: entries are dropped, and no number is given twice.
    add(database, &name_of(key), 1)?;
    let number = tally(database, &name_of(key))?;
    database
        .prepare_cached(
            "INSERT INTO audit (key, number, at, entry, refused, total) VALUES (?, ?, ?, ?, ?, ?)",
        )?
        .execute((key, number, now, &note.entry, note.is_refusal, total))?;
    if let Some(excess) = total.checked_sub(quota.total()) {
        database
            .prepare_cached("DELETE FROM audit WHERE key = ? AND refused = ? AND total <= ?")?
            .execute((key, note.is_refusal, excess))?;
    }
    Ok(number)
}

/// The entries from the one of number `first` on in a range, newest first.
pub fn read(database: &Connection, key: &str, first: u64, range: AuditRange) -> Result<Vec<AuditRow>> {
    let mut statement = database.prepare_cached(
        "SELECT number, at, entry FROM audit WHERE key = ? AND number >= ? AND number < ?
         ORDER BY number DESC LIMIT ?",
    )?;
    let read =
        |row: &rusqlite::Row<'_>| Ok(AuditRow { number: row.get(0)?, at: row.get(1)?, entry: row.get(2)? });
    let before = range.before.and_then(|before| i64::try_from(before).ok()).unwrap_or(i64::MAX);
    statement.query_map((key, first, before, range.limit), read)?.collect()
}

/// Forgets the log of a key.
pub fn forget(database: &Connection, key: &str) -> Result<()> {
    database.prepare_cached("DELETE FROM audit WHERE key = ?")?.execute([key])?;
    database.prepare_cached("DELETE FROM tally WHERE name = ?")?.execute([name_of(key)]).map(|_| ())
}

fn name_of(key: &str) -> String {
    format!("audit/{key}")
}
