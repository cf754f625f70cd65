//! Rows of SQLite, and the JSON in them.

use serde::de::DeserializeOwned;
use worker::{Result, SqlStorage, SqlStorageValue};

/// A row that a query gave.
pub struct Row(Vec<SqlStorageValue>);

/// The rows that a query gives.
pub fn query(sql: &SqlStorage, query: &str, bindings: Vec<SqlStorageValue>) -> Result<Vec<Row>> {
    sql.exec(query, bindings)?.raw().map(|row| row.map(Row)).collect()
}

/// Whether there is such a table.
pub fn has_table(sql: &SqlStorage, name: &str) -> Result<bool> {
    Ok(!query(sql, "SELECT 1 FROM sqlite_master WHERE name = ?", vec![name.into()])?.is_empty())
}

/// Runs the steps that have not run yet. Nothing is awaited in between: each counts as a whole or not at all.
pub fn migrate(sql: &SqlStorage, migrations: &[&str]) -> Result<()> {
    sql.exec("CREATE TABLE IF NOT EXISTS migration (number INTEGER PRIMARY KEY)", None)?;
    let done = query(sql, "SELECT COUNT(*) FROM migration", Vec::new())?;
    let done = done.first().map_or(Ok(0), |row| row.number(0))?;
    for (number, migration) in (1..).zip(migrations).skip_while(|(number, _)| *number <= done) {
        sql.exec(migration, None)?;
        sql.exec("INSERT INTO migration VALUES (?)", vec![integer(number)])?;
    }
    Ok(())
}

/// A number to be stored. Versions and positions stay far below 2^53, where they would lose precision.
pub fn integer(number: u64) -> SqlStorageValue {
    SqlStorageValue::Integer(number.cast_signed())
}

impl Row {
    /// The text in a column; `None` for a null.
    pub fn text(&self, column: usize) -> Result<Option<&str>> {
        match self.0.get(column) {
            Some(SqlStorageValue::String(text)) => Ok(Some(text)),
            Some(SqlStorageValue::Null) => Ok(None),
            _ => Err(format!("column {column} is no text").into()),
        }
    }

    /// The JSON in a column.
    pub fn json<T: DeserializeOwned>(&self, column: usize) -> Result<T> {
        Ok(serde_json::from_slice(self.text(column)?.unwrap_or("null").as_bytes())?)
    }

    /// The whole number in a column.
    pub fn number(&self, column: usize) -> Result<u64> {
        match self.0.get(column) {
            Some(SqlStorageValue::Integer(number)) => Ok(number.cast_unsigned()),
            _ => Err(format!("column {column} is no whole number").into()),
        }
    }

    /// The number in a column, whole or not.
    #[expect(clippy::cast_precision_loss, reason = "JavaScript had it as a number")]
    pub fn float(&self, column: usize) -> Result<f64> {
        match self.0.get(column) {
            Some(SqlStorageValue::Float(number)) => Ok(*number),
            Some(SqlStorageValue::Integer(number)) => Ok(*number as f64),
            _ => Err(format!("column {column} is no number").into()),
        }
    }
}
