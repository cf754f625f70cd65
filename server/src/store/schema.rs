//! The tables, and the steps by which they came to be. Each step runs once, in order, on all databases.
//!
//! A release runs beside its predecessor while nodes are replaced: a step adds, and what it adds has a default. What the release
//! before needs is removed a release later.

use super::connection::{Connection, Result};
use super::tally::{set, tally};

/// The steps, with SQLite's types. `number` of `tally` is what is counted, because counting reads all rows. Tables
/// whose rows have long values have a rowid, so that their index is small. `value` of `published` is NULL for what was removed,
/// until all nodes have noticed.
const STEPS: [&str; 1] = ["
    CREATE TABLE record (
        key TEXT PRIMARY KEY, value TEXT NOT NULL, revision BIGINT NOT NULL,
        first_entry BIGINT NOT NULL DEFAULT 0);
    CREATE TABLE reference (key TEXT NOT NULL, project TEXT NOT NULL, PRIMARY KEY (key, project)) WITHOUT ROWID;
    CREATE TABLE wake (key TEXT PRIMARY KEY, at DOUBLE PRECISION NOT NULL) WITHOUT ROWID;
    CREATE INDEX wake_at ON wake (at);
    CREATE TABLE audit (
        key TEXT NOT NULL, number BIGINT NOT NULL, at DOUBLE PRECISION NOT NULL, entry TEXT NOT NULL,
        refused BOOLEAN NOT NULL, total BIGINT NOT NULL, PRIMARY KEY (key, number));
    CREATE INDEX audit_at ON audit (key, at);
    CREATE INDEX audit_total ON audit (key, refused, total);
    CREATE TABLE spent (
        key TEXT NOT NULL, id TEXT NOT NULL, until DOUBLE PRECISION NOT NULL, PRIMARY KEY (key, id)) WITHOUT ROWID;
    CREATE INDEX spent_until ON spent (key, until);
    CREATE TABLE project (id TEXT PRIMARY KEY, label TEXT) WITHOUT ROWID;
    CREATE TABLE published (
        space TEXT NOT NULL, key TEXT NOT NULL, value TEXT, expires_at DOUBLE PRECISION, revision BIGINT NOT NULL,
        PRIMARY KEY (space, key));
    CREATE INDEX published_revision ON published (revision);
    CREATE INDEX published_expiry ON published (expires_at) WHERE expires_at IS NOT NULL;
    CREATE TABLE entry (
        kind TEXT NOT NULL, id TEXT NOT NULL, value TEXT NOT NULL, revision BIGINT NOT NULL, expires_at DOUBLE PRECISION,
        PRIMARY KEY (kind, id));
    CREATE INDEX entry_expiry ON entry (expires_at) WHERE expires_at IS NOT NULL;
    CREATE TABLE term (
        kind TEXT NOT NULL, name TEXT NOT NULL, value TEXT NOT NULL, id TEXT NOT NULL,
        PRIMARY KEY (kind, name, value, id)) WITHOUT ROWID;
    CREATE INDEX term_row ON term (kind, id);
"];

/// The table that is there before the first step: it has how many have run.
const TALLY: &str =
    "CREATE TABLE IF NOT EXISTS tally (name TEXT PRIMARY KEY, number BIGINT NOT NULL) WITHOUT ROWID;";

/// The name of how many steps have run.
const SCHEMA: &str = "schema";

/// Runs the steps that have not run yet, all of them or none. Of two nodes that start at once, one waits for the other.
pub fn migrate(database: &dyn Connection) -> Result<()> {
    // A user who may not make tables can run a release whose tables are there.
    if schema_version(database).is_ok_and(|done| done >= number(STEPS.len())) {
        return Ok(());
    }
    database.begin()?;
    let done = run_steps(database);
    let end = if done.is_ok() { "COMMIT" } else { "ROLLBACK" };
    database.execute(end, &[])?;
    done
}

fn run_steps(database: &dyn Connection) -> Result<()> {
    database.define(TALLY)?;
    let done = schema_version(database)?;
    for (number, step) in (1..).zip(STEPS).filter(|(number, _)| *number > done) {
        database.define(step)?;
        set(database, SCHEMA, number)?;
    }
    Ok(())
}

/// How many steps have run.
pub fn schema_version(database: &dyn Connection) -> Result<u64> {
    tally(database, SCHEMA)
}

fn number(steps: usize) -> u64 {
    u64::try_from(steps).unwrap_or(u64::MAX)
}
