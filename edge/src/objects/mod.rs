//! The truth: Durable Objects with SQLite storage, one for each project and one for what belongs to none.

mod message;
mod probe;
mod project;
mod registry;
mod turn;

pub use message::{
    Author, FromProject, FromRegistry, KeyReport, ToProject, ToRegistry, ask_project, ask_registry,
};

use serde::Deserialize;
use worker::{Result, SqlStorage};

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
