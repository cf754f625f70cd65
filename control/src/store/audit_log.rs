//! The audit log of an object.

use cloudflare::http::now;
use edge_authorizer::management::{AUDIT_RETENTION, AuditQuota};
use service::host::{AuditNote, AuditRow};
use worker::{Result, SqlStorage};

use super::rows::{integer, query};

/// Appends an entry, and drops those that are too old or exceed the quota. `total` is what the entries of the same kind cost
/// up to this one; those from before it was noted cost nothing, and go first.
pub fn append(sql: &SqlStorage, note: &AuditNote) -> Result<()> {
    let (quota, refused, at) =
        (AuditQuota::of(note.is_refusal), i32::from(note.is_refusal), now().as_seconds());
    sql.exec("DELETE FROM audit WHERE at < ?", vec![(at - AUDIT_RETENTION).into()])?;
    let latest = "SELECT total FROM audit WHERE refused = ? ORDER BY total DESC LIMIT 1";
    let latest = query(sql, latest, vec![refused.into()])?;
    let total = quota.cost(&note.entry) + latest.first().map_or(Ok(0), |row| row.number(0))?;
    sql.exec(
        "INSERT INTO audit (at, entry, refused, total) VALUES (?, ?, ?, ?)",
        vec![at.into(), (&*note.entry).into(), refused.into(), integer(total)],
    )?;
    if let Some(excess) = total.checked_sub(quota.total()) {
        let delete = "DELETE FROM audit WHERE refused = ? AND total <= ?";
        sql.exec(delete, vec![refused.into(), integer(excess)])?;
    }
    Ok(())
}

/// The entries from the one of number `first` on and before the one of number `before`, newest first.
pub fn read(sql: &SqlStorage, first: u64, before: Option<u64>, limit: u32) -> Result<Vec<AuditRow>> {
    let rows = query(
        sql,
        "SELECT number, at, entry FROM audit WHERE number >= ? AND number < ? ORDER BY number DESC LIMIT ?",
        vec![integer(first), integer(before.unwrap_or(u64::from(u32::MAX))), i64::from(limit).into()],
    )?;
    let read = |row: &super::rows::Row| {
        Ok(AuditRow {
            number: row.number(0)?,
            at: row.float(1)?,
            entry: row.text(2)?.unwrap_or_default().to_owned(),
        })
    };
    rows.iter().map(read).collect()
}
