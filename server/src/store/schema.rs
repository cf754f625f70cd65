//! The tables, and the steps by which they came to be. Each step runs once, in order.

use rusqlite::Connection;

/// The steps. `number` of `tally` is what is counted, because counting reads all rows. Tables
/// whose rows have long values have a rowid, so that their index is small.
const STEPS: [&str; 1] = ["
    CREATE TABLE record (
        key TEXT PRIMARY KEY, value TEXT NOT NULL, revision INTEGER NOT NULL,
        first_entry INTEGER NOT NULL DEFAULT 0);
    CREATE TABLE reference (key TEXT NOT NULL, project TEXT NOT NULL, PRIMARY KEY (key, project)) WITHOUT ROWID;
    CREATE TABLE wake (key TEXT PRIMARY KEY, at REAL NOT NULL) WITHOUT ROWID;
    CREATE INDEX wake_at ON wake (at);
    CREATE TABLE audit (
        key TEXT NOT NULL, number INTEGER NOT NULL, at REAL NOT NULL, entry TEXT NOT NULL,
        refused INTEGER NOT NULL, total INTEGER NOT NULL, PRIMARY KEY (key, number));
    CREATE INDEX audit_at ON audit (key, at);
    CREATE INDEX audit_total ON audit (key, refused, total);
    CREATE TABLE spent (key TEXT NOT NULL, id TEXT NOT NULL, until REAL NOT NULL, PRIMARY KEY (key, id)) WITHOUT ROWID;
    CREATE INDEX spent_until ON spent (key, until);
    CREATE TABLE project (id TEXT PRIMARY KEY, label TEXT) WITHOUT ROWID;
    CREATE TABLE published (
        space TEXT NOT NULL, key TEXT NOT NULL, value TEXT NOT NULL, expires_at REAL,
        PRIMARY KEY (space, key));
    CREATE TABLE entry (
        kind TEXT NOT NULL, id TEXT NOT NULL, value TEXT NOT NULL, revision INTEGER NOT NULL, expires_at REAL,
        PRIMARY KEY (kind, id));
    CREATE INDEX entry_expiry ON entry (expires_at) WHERE expires_at IS NOT NULL;
    CREATE TABLE term (
        kind TEXT NOT NULL, name TEXT NOT NULL, value TEXT NOT NULL, id TEXT NOT NULL,
        PRIMARY KEY (kind, name, value, id)) WITHOUT ROWID;
    CREATE INDEX term_row ON term (kind, id);
    CREATE TABLE tally (name TEXT PRIMARY KEY, number INTEGER NOT NULL) WITHOUT ROWID;
"];

/// Runs the steps that have not run yet. Each is done as a whole or not at all.
pub fn migrate(database: &Connection) -> rusqlite::Result<()> {
    let done = schema_version(database)?;
    for (number, step) in (1..).zip(STEPS).filter(|(number, _)| *number > done) {
        database.execute_batch(&format!("BEGIN; {step} PRAGMA user_version = {number}; COMMIT;"))?;
    }
    Ok(())
}

/// How many steps have run.
pub fn schema_version(database: &Connection) -> rusqlite::Result<u32> {
    database.query_row("PRAGMA user_version", (), |row| row.get(0))
}
