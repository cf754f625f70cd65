//! The audit log of an object: who changed what, and who tried to.

use cloudflare::http::now;
use edge_authorizer::NumericDate;
use edge_authorizer::management::{AuditOutcome, audit_entry};
use serde::Serialize;
use serde_json::{Value, json};
use worker::{Result, SqlStorage};

use super::rows::{integer, query};

/// The step of the schema that makes the log.
pub const TABLE: &str =
    "CREATE TABLE audit (number INTEGER PRIMARY KEY AUTOINCREMENT, at REAL NOT NULL, entry TEXT NOT NULL);";

/// The step that bounds it in bytes. `total` is what the entries of the same kind cost up to this one; those from before
/// this step cost nothing, and go first.
pub const BOUNDS: &str = "
    ALTER TABLE audit ADD COLUMN refused INTEGER NOT NULL DEFAULT 0;
    ALTER TABLE audit ADD COLUMN total INTEGER NOT NULL DEFAULT 0;
    CREATE INDEX audit_at ON audit (at);
    CREATE INDEX audit_total ON audit (refused, total);
";

/// How long entries are kept, in seconds.
const SECONDS: f64 = 400.0 * 86_400.0;

/// How many entries one answer has, of at most 16 KiB each.
const PAGE: u32 = 20;

/// What the entries of one kind may cost. Each costs its bytes and at least `least`, so that one sum bounds both.
struct Quota {
    entries: u32,
    least: u32,
}

/// Changes: 10 000 entries and 16 MB.
const CHANGES: Quota = Quota { entries: 10_000, least: 1600 };

/// Refused attempts: 1 000 entries and 4 MB. They have a quota of their own, so that they push no change out of the log.
const REFUSALS: Quota = Quota { entries: 1000, least: 4000 };

/// Who asks for a change.
#[derive(Clone, Debug, Serialize)]
#[serde(rename_all = "camelCase")]
pub struct Author {
    /// `{"idp", "subject"}`, or `"platform-admin"`.
    pub who: Value,
    /// The id of the request.
    pub request_id: String,
    /// The address that it came from, where the platform knows it.
    pub address: Option<String>,
    /// When it came.
    #[serde(skip)]
    pub began: NumericDate,
}

/// The log in an object's storage.
pub struct AuditLog(pub SqlStorage);

impl AuditLog {
    /// Notes an attempt to make `change`, in JSON, with what came of it, and drops what is too old or more than the quota.
    pub fn note(&self, author: &Author, change: &str, outcome: &AuditOutcome<'_>) -> Result<()> {
        let Self(sql) = self;
        let refused = i32::from(matches!(outcome, AuditOutcome::Refused(_)));
        let Quota { entries, least } = if refused == 1 { REFUSALS } else { CHANGES };
        let entry = audit_entry(&serde_json::to_string(author)?, change, outcome);
        let cost = (entry.len() as u64).max(u64::from(least));
        let at = now().as_seconds();
        sql.exec("DELETE FROM audit WHERE at < ?", vec![(at - SECONDS).into()])?;
        let latest = "SELECT total FROM audit WHERE refused = ? ORDER BY total DESC LIMIT 1";
        let latest = query(sql, latest, vec![refused.into()])?;
        let total = cost + latest.first().map_or(Ok(0), |row| row.number(0))?;
        sql.exec(
            "INSERT INTO audit (at, entry, refused, total) VALUES (?, ?, ?, ?)",
            vec![at.into(), entry.into(), refused.into(), integer(total)],
        )?;
        let quota = u64::from(entries) * u64::from(least);
        if let Some(excess) = total.checked_sub(quota) {
            let delete = "DELETE FROM audit WHERE refused = ? AND total <= ?";
            sql.exec(delete, vec![refused.into(), integer(excess)])?;
        }
        Ok(())
    }

    /// The entries from the one of number `first` on and before the one of number `before`, newest first:
    /// `{"items", "next"}`.
    pub fn page(&self, first: u64, before: Option<u64>) -> Result<Value> {
        let rows = query(
            &self.0,
            "SELECT entry, number, at FROM audit WHERE number >= ? AND number < ? ORDER BY number DESC LIMIT ?",
            vec![integer(first), integer(before.unwrap_or(u64::from(u32::MAX))), i64::from(PAGE).into()],
        )?;
        let next =
            rows.last().filter(|_| rows.len() == PAGE as usize).map(|row| row.number(1)).transpose()?;
        let items = rows.iter().map(|row| {
            let mut item: Value = row.json(0)?;
            if let Some(item) = item.as_object_mut() {
                item.insert("number".to_owned(), row.value(1));
                item.insert("at".to_owned(), row.value(2));
            }
            Ok(item)
        });
        Ok(json!({ "items": items.collect::<Result<Vec<_>>>()?, "next": next }))
    }
}
