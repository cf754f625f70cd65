//! The ids of messages that were used, which are accepted once.

use rusqlite::{Connection, Result};
use service::host::MAX_SPENT;

use super::tally::{add, tally};

/// Notes that an id was used, and returns whether that is the first time; `None` if too many are remembered. Those whose time
/// has passed are forgotten.
pub fn spend(database: &Connection, key: &str, id: &str, until: f64, now: f64) -> Result<Option<bool>> {
    let name = name_of(key);
    let mut forget = database.prepare_cached("DELETE FROM spent WHERE key = ? AND until < ?")?;
    count(database, &name, forget.execute((key, now))?, -1)?;
    let mut is_known = database.prepare_cached("SELECT 1 FROM spent WHERE key = ? AND id = ?")?;
    if is_known.exists((key, id))? {
        return Ok(Some(false));
    }
    if tally(database, &name)? >= u64::from(MAX_SPENT) {
        return Ok(None);
    }
    database.prepare_cached("INSERT INTO spent VALUES (?, ?, ?)")?.execute((key, id, until))?;
    count(database, &name, 1, 1)?;
    Ok(Some(true))
}

/// Forgets all ids of a key.
pub fn forget(database: &Connection, key: &str) -> Result<()> {
    database.prepare_cached("DELETE FROM spent WHERE key = ?")?.execute([key])?;
    database.prepare_cached("DELETE FROM tally WHERE name = ?")?.execute([name_of(key)]).map(|_| ())
}

fn count(database: &Connection, name: &str, rows: usize, sign: i64) -> Result<()> {
    let rows = i64::try_from(rows).unwrap_or(i64::MAX);
    if rows == 0 { Ok(()) } else { add(database, name, sign * rows) }
}

fn name_of(key: &str) -> String {
    format!("spent/{key}")
}
