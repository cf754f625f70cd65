//! Numbers that are kept: how many rows there are of something, and the last revision.

use rusqlite::{Connection, OptionalExtension, Result};

/// The name of the last revision. All records and rows have theirs from it, so none has one that another had.
const REVISION: &str = "revision";

/// The number of a name.
pub fn tally(database: &Connection, name: &str) -> Result<u64> {
    let mut statement = database.prepare_cached("SELECT number FROM tally WHERE name = ?")?;
    Ok(statement.query_row([name], |row| row.get(0)).optional()?.unwrap_or_default())
}

/// Adds to the number of a name.
pub fn add(database: &Connection, name: &str, number: i64) -> Result<()> {
    let mut statement = database.prepare_cached(
        "INSERT INTO tally VALUES (?, ?) ON CONFLICT (name) DO UPDATE SET number = number + excluded.number",
    )?;
    statement.execute((name, number)).map(|_| ())
}

/// A revision that nothing had before.
pub fn next_revision(database: &Connection) -> Result<u64> {
    add(database, REVISION, 1)?;
    tally(database, REVISION)
}
