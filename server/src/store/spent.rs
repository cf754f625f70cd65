//! The ids of messages that were used, which are accepted once.

use service::host::MAX_SPENT;

use super::connection::{Connection, Result};
use super::tally::{self, add, tally};

/// Notes that an id was used, and returns whether that is the first time; `None` if too many are remembered. Those whose time
/// has passed are forgotten.
pub fn spend(database: &dyn Connection, key: &str, id: &str, until: f64, now: f64) -> Result<Option<bool>> {
    let name = name_of(key);
    let forgotten =
        database.execute("DELETE FROM spent WHERE key = ?1 AND until < ?2", &[key.into(), now.into()])?;
    count(database, &name, forgotten, -1)?;
    let known = "SELECT until FROM spent WHERE key = ?1 AND id = ?2";
    if database.row(known, &[key.into(), id.into()])?.is_some() {
        return Ok(Some(false));
    }
    if tally(database, &name)? >= u64::from(MAX_SPENT) {
        return Ok(None);
    }
    let note = "INSERT INTO spent (key, id, until) VALUES (?1, ?2, ?3)";
    database.execute(note, &[key.into(), id.into(), until.into()])?;
    count(database, &name, 1, 1)?;
    Ok(Some(true))
}

/// Forgets all ids of a key.
pub fn forget(database: &dyn Connection, key: &str) -> Result<()> {
    database.execute("DELETE FROM spent WHERE key = ?1", &[key.into()])?;
    tally::forget(database, &name_of(key))
}

fn count(database: &dyn Connection, name: &str, rows: usize, sign: i64) -> Result<()> {
    let rows = i64::try_from(rows).unwrap_or(i64::MAX);
    if rows == 0 { Ok(()) } else { add(database, name, sign * rows) }
}

fn name_of(key: &str) -> String {
    format!("spent/{key}")
}
