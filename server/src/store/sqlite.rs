//! SQLite in a file, which one process has.

use std::fs::OpenOptions;
use std::os::unix::fs::OpenOptionsExt;
use std::path::Path;
use std::time::Duration;

use rusqlite::types::{ToSqlOutput, ValueRef};
use rusqlite::{Error, ErrorCode, ToSql};
use service::host::Failure;

use super::connection::{Connection, Result, Row, Value};
use super::schema::migrate;

/// A database in a file.
pub struct SqliteConnection(rusqlite::Connection);

impl SqliteConnection {
    /// Opens a database that no other process can open meanwhile, and makes the tables that are not there yet. A commit is on the
    /// disk before it ends.
    pub fn open(file: &Path) -> Result<Self> {
        // Only its user can read it; so are the files that SQLite puts beside it.
        let made = OpenOptions::new().create(true).append(true).mode(0o600).open(file);
        made.map_err(Failure::new)?;
        Self::prepare(rusqlite::Connection::open(file).map_err(failure)?)
    }

    /// A database in memory, with the tables.
    pub fn in_memory() -> Result<Self> {
        Self::prepare(rusqlite::Connection::open_in_memory().map_err(failure)?)
    }

    fn prepare(database: rusqlite::Connection) -> Result<Self> {
        // Who has it keeps it: there is nothing to wait for.
        database.busy_timeout(Duration::ZERO).map_err(failure)?;
        let settings = "PRAGMA locking_mode = EXCLUSIVE; PRAGMA journal_mode = WAL; PRAGMA synchronous = FULL; PRAGMA trusted_schema = OFF;";
        database.execute_batch(settings).map_err(failure)?;
        let database = Self(database);
        migrate(&database)?;
        Ok(database)
    }
}

impl Connection for SqliteConnection {
    /// No other process writes: the file is locked.
    fn begin(&self) -> Result<()> {
        self.execute("BEGIN", &[]).map(|_| ())
    }

    fn execute(&self, statement: &str, parameters: &[Value]) -> Result<usize> {
        let mut statement = self.0.prepare_cached(statement).map_err(failure)?;
        statement.execute(rusqlite::params_from_iter(parameters)).map_err(failure)
    }

    fn rows(&self, query: &str, parameters: &[Value]) -> Result<Vec<Row>> {
        let mut statement = self.0.prepare_cached(query).map_err(failure)?;
        let columns = statement.column_count();
        let read = |row: &rusqlite::Row<'_>| {
            (0..columns).map(|column| row.get_ref(column).map(value)).collect::<rusqlite::Result<_>>()
        };
        let rows = statement.query_map(rusqlite::params_from_iter(parameters), read).map_err(failure)?;
        rows.map(|row| row.map(Row::new).map_err(failure)).collect()
    }

    fn define(&self, statements: &str) -> Result<()> {
        self.0.execute_batch(statements).map_err(failure)
    }

    fn is_open(&self) -> bool {
        true
    }

    /// There is no other node.
    fn announce(&self) -> Result<()> {
        Ok(())
    }
}

impl ToSql for Value {
    fn to_sql(&self) -> rusqlite::Result<ToSqlOutput<'_>> {
        Ok(ToSqlOutput::Borrowed(match self {
            Self::Null => ValueRef::Null,
            Self::Text(text) => ValueRef::Text(text.as_bytes()),
            Self::Integer(number) => ValueRef::Integer(*number),
            Self::Number(number) => ValueRef::Real(*number),
            Self::Flag(flag) => ValueRef::Integer((*flag).into()),
        }))
    }
}

fn value(value: ValueRef<'_>) -> Value {
    match value {
        ValueRef::Integer(number) => Value::Integer(number),
        ValueRef::Real(number) => Value::Number(number),
        ValueRef::Text(bytes) => Value::Text(String::from_utf8_lossy(bytes).into_owned()),
        ValueRef::Null | ValueRef::Blob(_) => Value::Null,
    }
}

fn failure(error: Error) -> Failure {
    if error.sqlite_error_code() == Some(ErrorCode::DatabaseBusy) {
        return Failure::new("another process uses it");
    }
    Failure::new(error)
}
