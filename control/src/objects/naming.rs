//! The issuers that a project names: since when, when it last had their keys fetched, and whether they were told.

use std::collections::BTreeSet;

use cloudflare::http::now;
use edge_authorizer::NumericDate;
use serde_json::json;
use worker::{Result, SqlStorage};

use super::rows::query;

/// The step of the schema that adds what a project remembers of an issuer. What is older than it stays hidden.
pub const MIGRATION: &str = "
    ALTER TABLE issuer ADD COLUMN told INTEGER NOT NULL DEFAULT 1;
    ALTER TABLE issuer ADD COLUMN since REAL NOT NULL DEFAULT 0;
    ALTER TABLE issuer ADD COLUMN refreshed REAL NOT NULL DEFAULT 0;
    UPDATE issuer SET since = unixepoch();
";

/// What a project remembers of an issuer.
#[derive(Clone, Copy, Debug)]
pub struct Naming {
    /// Since when it names the issuer.
    pub since: NumericDate,
    /// When it last had the keys fetched: on request, or by naming the issuer.
    pub refreshed: NumericDate,
}

/// Takes note, with a change that came at `at`, of the issuers that the project names now. One that it no longer names,
/// but that was not told so yet, is a new one when it is named again.
pub fn note(sql: &SqlStorage, named: &BTreeSet<&str>, at: NumericDate) -> Result<()> {
    sql.exec(
        "UPDATE issuer SET since = ? WHERE iss NOT IN (SELECT value FROM json_each(?))",
        vec![at.as_seconds().into(), json!(named).to_string().into()],
    )?;
    add(sql, named, at)
}

/// Adds issuers that are not known yet, named since `at`. Naming them had their keys fetched just now.
pub fn add(sql: &SqlStorage, named: &BTreeSet<&str>, at: NumericDate) -> Result<()> {
    sql.exec(
        "INSERT OR IGNORE INTO issuer SELECT value, 0, ?, ? FROM json_each(?)",
        vec![at.as_seconds().into(), now().as_seconds().into(), json!(named).to_string().into()],
    )?;
    Ok(())
}

/// What the project remembers of an issuer; `None` where it does not name it.
pub fn of(sql: &SqlStorage, iss: &str) -> Result<Option<Naming>> {
    let columns = "SELECT since, refreshed FROM issuer WHERE iss = ?";
    let rows = query(sql, columns, vec![iss.into()])?;
    let time = |column| {
        let row = rows.first()?;
        row.value(column).as_f64().map(NumericDate::from_seconds)
    };
    Ok(time(0).zip(time(1)).map(|(since, refreshed)| Naming { since, refreshed }))
}

/// Takes note that the project had an issuer's keys fetched.
pub fn refreshed(sql: &SqlStorage, iss: &str, at: NumericDate) -> Result<()> {
    sql.exec("UPDATE issuer SET refreshed = ? WHERE iss = ?", vec![at.as_seconds().into(), iss.into()])?;
    Ok(())
}

/// The issuers of the table, and of each whether it was told that the project names it.
pub fn all(sql: &SqlStorage) -> Result<Vec<(String, bool)>> {
    let rows = query(sql, "SELECT iss, told FROM issuer", Vec::new())?;
    rows.iter().map(|row| Ok((row.text(0)?.unwrap_or_default().to_owned(), row.number(1)? == 1))).collect()
}

/// Takes note that an issuer was told that the project names it.
pub fn told(sql: &SqlStorage, iss: &str) -> Result<()> {
    sql.exec("UPDATE issuer SET told = 1 WHERE iss = ?", vec![iss.into()])?;
    Ok(())
}

/// Takes note that an issuer was told that the project names it no more, and forgets it, unless it is named again.
pub fn untold(sql: &SqlStorage, iss: &str) -> Result<()> {
    sql.exec("UPDATE issuer SET told = 0 WHERE iss = ?", vec![iss.into()])?;
    sql.exec(
        "DELETE FROM issuer WHERE iss = ? AND iss NOT IN (SELECT json_extract(entry, '$.iss') FROM idp)",
        vec![iss.into()],
    )?;
    Ok(())
}
