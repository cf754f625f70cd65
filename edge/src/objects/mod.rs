//! The truth: Durable Objects with SQLite storage, one for each project, one for each issuer, and one for what belongs to
//! none.

mod issuer;
mod message;
mod probe;
mod project;
mod registry;
mod turn;

pub use message::{
    Author, FromIssuer, FromProject, FromRegistry, ToIssuer, ToProject, ToRegistry, ask_issuer, ask_project,
    ask_registry,
};

use std::time::Duration;

use serde::Deserialize;
use serde_json::Value;
use worker::{Result, SqlStorage};

/// How long until what could not be published is published again.
const RETRY: Duration = Duration::from_secs(2);

#[derive(Deserialize)]
struct MigrationRow {
    number: usize,
}

/// Runs the steps that have not run yet. Nothing is awaited in between: each counts as a whole or not at all.
fn migrate(sql: &SqlStorage, migrations: &[&str]) -> Result<()> {
    sql.exec("CREATE TABLE IF NOT EXISTS migration (number INTEGER PRIMARY KEY)", None)?;
    let done: Vec<MigrationRow> =
        sql.exec("SELECT COALESCE(MAX(number), 0) AS number FROM migration", None)?.to_array()?;
    let done = done.first().map_or(0, |row| row.number);
    for (index, migration) in migrations.iter().enumerate().skip(done) {
        sql.exec(migration, None)?;
        sql.exec(
            "INSERT INTO migration VALUES (?)",
            vec![i64::try_from(index + 1).unwrap_or(i64::MAX).into()],
        )?;
    }
    Ok(())
}

/// Whether anything was ever stored. Asking for what does not exist leaves nothing behind.
fn has_table(sql: &SqlStorage, name: &str) -> Result<bool> {
    let tables: Vec<Value> =
        sql.exec("SELECT name FROM sqlite_master WHERE name = ?", vec![name.into()])?.to_array()?;
    Ok(!tables.is_empty())
}
