//! Numbers that are kept: how many rows there are of something, and the last revision.

use super::connection::{Connection, Result};

/// The name of the last revision. All records and rows have theirs from it, so none has one that another had.
const REVISION: &str = "revision";

/// The number of a name.
pub fn tally(database: &dyn Connection, name: &str) -> Result<u64> {
    let row = database.row("SELECT number FROM tally WHERE name = ?1", &[name.into()])?;
    row.map_or(Ok(0), |mut row| row.take(0))
}

/// Adds to the number of a name.
pub fn add(database: &dyn Connection, name: &str, number: i64) -> Result<()> {
    let statement = "INSERT INTO tally (name, number) VALUES (?1, ?2)
        ON CONFLICT (name) DO UPDATE SET number = tally.number + excluded.number";
    database.execute(statement, &[name.into(), number.into()]).map(|_| ())
}

/// Sets the number of a name.
pub fn set(database: &dyn Connection, name: &str, number: u64) -> Result<()> {
    let statement = "INSERT INTO tally (name, number) VALUES (?1, ?2)
        ON CONFLICT (name) DO UPDATE SET number = excluded.number";
    database.execute(statement, &[name.into(), number.into()]).map(|_| ())
}

/// Forgets the number of a name.
pub fn forget(database: &dyn Connection, name: &str) -> Result<()> {
    database.execute("DELETE FROM tally WHERE name = ?1", &[name.into()]).map(|_| ())
}

/// The last revision that anything has.
pub fn last_revision(database: &dyn Connection) -> Result<u64> {
    tally(database, REVISION)
}

/// A revision that nothing had before.
pub fn next_revision(database: &dyn Connection) -> Result<u64> {
    add(database, REVISION, 1)?;
    last_revision(database)
}
