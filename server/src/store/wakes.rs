//! When keys are to be woken.

use rusqlite::{Connection, OptionalExtension, Result};

/// A key that is to be woken now.
#[derive(Clone, Debug, PartialEq)]
pub struct Due {
    /// The key, as rows have it.
    pub key: String,
    /// When it comes again, unless it is [`done`].
    pub again_at: f64,
}

/// Sets when a key is to be woken, instead of what was set before.
pub fn wake_at(database: &Connection, key: &str, at: f64) -> Result<()> {
    database.prepare_cached("INSERT OR REPLACE INTO wake VALUES (?, ?)")?.execute((key, at)).map(|_| ())
}

/// When the next key is to be woken.
pub fn next_wake(database: &Connection) -> Result<Option<f64>> {
    let mut statement = database.prepare_cached("SELECT at FROM wake ORDER BY at LIMIT 1")?;
    statement.query_row((), |row| row.get(0)).optional()
}

/// At most `limit` keys whose time has come. Each comes again after `retry` seconds, whatever happens meanwhile.
pub fn take_due(database: &Connection, now: f64, retry: f64, limit: u32) -> Result<Vec<Due>> {
    let mut due = database.prepare_cached("SELECT key FROM wake WHERE at <= ? ORDER BY at LIMIT ?")?;
    let keys = due.query_map((now, limit), |row| row.get(0))?.collect::<Result<Vec<String>>>()?;
    let take = |key| {
        let due = Due { key, again_at: now + retry };
        wake_at(database, &due.key, due.again_at)?;
        Ok(due)
    };
    keys.into_iter().map(take).collect()
}

/// Notes that a key was woken, unless its time was set again meanwhile.
pub fn done(database: &Connection, due: &Due) -> Result<()> {
    let mut statement = database.prepare_cached("DELETE FROM wake WHERE key = ? AND at = ?")?;
    statement.execute((&due.key, due.again_at)).map(|_| ())
}
