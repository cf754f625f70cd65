//! The audit logs of records.

use edge_authorizer::management::{AUDIT_RETENTION, AuditQuota};
use service::host::{AuditNote, AuditRange, AuditRow};

use super::connection::{Connection, Result, Row};
use super::tally::{self, add, tally};

/// Appends an entry and returns its number. Those that are too old or exceed the quota are dropped. `total` is what the entries of
/// the same kind cost up to this one.
pub fn append(database: &dyn Connection, key: &str, note: &AuditNote, now: f64) -> Result<u64> {
    let quota = AuditQuota::of(note.is_refusal);
    let old = "DELETE FROM audit WHERE key = ?1 AND at < ?2";
    database.execute(old, &[key.into(), (now - AUDIT_RETENTION).into()])?;
    let latest = "SELECT total FROM audit WHERE key = ?1 AND refused = ?2 ORDER BY total DESC LIMIT 1";
    let latest = database.row(latest, &[key.into(), note.is_refusal.into()])?;
    let latest: u64 = latest.map_or(Ok(0), |mut row| row.take(0))?;
    let total = quota.cost(&note.entry) + latest;
    // Kept beside the log: entries are dropped, and no number is given twice.
    add(database, &name_of(key), 1)?;
    let number = tally(database, &name_of(key))?;
    database.execute(
        "INSERT INTO audit (key, number, at, entry, refused, total) VALUES (?1, ?2, ?3, ?4, ?5, ?6)",
        &[key.into(), number.into(), now.into(), (&note.entry).into(), note.is_refusal.into(), total.into()],
    )?;
    if let Some(excess) = total.checked_sub(quota.total()) {
        let dropped = "DELETE FROM audit WHERE key = ?1 AND refused = ?2 AND total <= ?3";
        database.execute(dropped, &[key.into(), note.is_refusal.into(), excess.into()])?;
    }
    Ok(number)
}

/// The entries from the one of number `first` on in a range, newest first.
pub fn read(database: &dyn Connection, key: &str, first: u64, range: AuditRange) -> Result<Vec<AuditRow>> {
    let query = "SELECT number, at, entry FROM audit WHERE key = ?1 AND number >= ?2 AND number < ?3
        ORDER BY number DESC LIMIT ?4";
    let before = range.before.unwrap_or(u64::MAX);
    let rows = database.rows(query, &[key.into(), first.into(), before.into(), range.limit.into()])?;
    let read = |mut row: Row| Ok(AuditRow { number: row.take(0)?, at: row.take(1)?, entry: row.take(2)? });
    rows.into_iter().map(read).collect()
}

/// Forgets the log of a key.
pub fn forget(database: &dyn Connection, key: &str) -> Result<()> {
    database.execute("DELETE FROM audit WHERE key = ?1", &[key.into()])?;
    tally::forget(database, &name_of(key))
}

fn name_of(key: &str) -> String {
    format!("audit/{key}")
}
