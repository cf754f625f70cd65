//! When keys are to be woken.

use super::connection::{Connection, Result, Row};

/// A key that is to be woken now.
#[derive(Clone, Debug, PartialEq)]
pub struct Due {
    /// The key, as rows have it.
    pub key: String,
    /// When it comes again, unless it is [`done`].
    pub again_at: f64,
}

/// Sets when a key is to be woken, instead of what was set before.
pub fn wake_at(database: &dyn Connection, key: &str, at: f64) -> Result<()> {
    let statement =
        "INSERT INTO wake (key, at) VALUES (?1, ?2) ON CONFLICT (key) DO UPDATE SET at = excluded.at";
    database.execute(statement, &[key.into(), at.into()]).map(|_| ())
}

/// When the next key is to be woken.
pub fn next_wake(database: &dyn Connection) -> Result<Option<f64>> {
    let row = database.row("SELECT at FROM wake ORDER BY at LIMIT 1", &[])?;
    row.map(|mut row| row.take(0)).transpose()
}

/// At most `limit` keys whose time has come. Each comes again after `hold` seconds, whatever happens meanwhile; until then one node
/// has it.
pub fn take_due(database: &dyn Connection, now: f64, hold: f64, limit: u32) -> Result<Vec<Due>> {
    let due = "SELECT key FROM wake WHERE at <= ?1 ORDER BY at LIMIT ?2";
    let take = |mut row: Row| {
        let due = Due { key: row.take(0)?, again_at: now + hold };
        wake_at(database, &due.key, due.again_at)?;
        Ok(due)
    };
    database.rows(due, &[now.into(), limit.into()])?.into_iter().map(take).collect()
}

/// Has a key come at a time, unless its time was set again meanwhile.
pub fn postpone(database: &dyn Connection, due: &Due, at: f64) -> Result<()> {
    let statement = "UPDATE wake SET at = ?1 WHERE key = ?2 AND at = ?3";
    database.execute(statement, &[at.into(), (&due.key).into(), due.again_at.into()]).map(|_| ())
}

/// Notes that a key was woken, unless its time was set again meanwhile.
pub fn done(database: &dyn Connection, due: &Due) -> Result<()> {
    let statement = "DELETE FROM wake WHERE key = ?1 AND at = ?2";
    database.execute(statement, &[(&due.key).into(), due.again_at.into()]).map(|_| ())
}
