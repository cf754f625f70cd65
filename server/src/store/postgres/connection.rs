//! A connection to PostgreSQL, of one thread that waits for it.

use std::cell::{Cell, RefCell};
use std::collections::BTreeMap;
use std::sync::Arc;
use std::time::Duration;

use rustls::ClientConfig;
use service::host::Failure;
use tokio::runtime::{Builder, Runtime};
use tokio::task::yield_now;
use tokio::time::{Instant, timeout_at};
use tokio_postgres::error::SqlState;
use tokio_postgres::types::ToSql;
use tokio_postgres::{Client, Error, Statement};

use super::tls::Tls;
use super::url::DatabaseUrl;
use crate::store::connection::{Connection, Result, Row, Value};
use crate::store::schema::migrate;

/// How long a transaction may take. One that takes longer is given up with its connection.
pub const TRANSACTION: Duration = Duration::from_secs(5);

/// The channel on which nodes tell each other that something was published.
pub const CHANNEL: &str = "edge_authorizer_published";

/// The advisory lock of whoever writes. All nodes write one after another, as with SQLite: what a transaction reads stays so until
/// it has ended, whatever it reads.
const WRITER: &str = "SELECT pg_advisory_xact_lock(7310582041557)::text";

/// What a session needs: transactions of a node that died end, and a commit is on the disk before it is acknowledged.
const SESSION: &str = "SET statement_timeout = '5s'; SET lock_timeout = '4s';
    SET idle_in_transaction_session_timeout = '5s'; SET client_min_messages = warning;
    SELECT set_config('synchronous_commit', 'on', false) WHERE current_setting('synchronous_commit') IN ('off', 'local');";

/// A connection to the database.
pub struct PostgresConnection {
    runtime: Runtime,
    client: Client,
    /// Statements as the database knows them, by their texts.
    statements: RefCell<BTreeMap<String, Statement>>,
    /// When the transaction has to have ended.
    deadline: Cell<Instant>,
    is_lost: Cell<bool>,
}

impl PostgresConnection {
    /// Connects to the host that takes writes, and makes the tables that are not there yet.
    pub fn open(url: &DatabaseUrl, tls: &Arc<ClientConfig>) -> Result<Self> {
        let runtime = Builder::new_current_thread().enable_all().build().map_err(Failure::new)?;
        let client = runtime.block_on(async {
            let connecting = async {
                let (client, connection) = url.config().connect(Tls(tls.clone())).await.map_err(failure)?;
                tokio::spawn(connection);
                client.batch_execute(SESSION).await.map_err(failure)?;
                Ok(client)
            };
            let deadline = Instant::now() + TRANSACTION;
            timeout_at(deadline, connecting).await.unwrap_or_else(|_| Err(Failure::new("no answer in time")))
        })?;
        let (statements, deadline) = (RefCell::default(), Cell::new(Instant::now()));
        let connection = Self { runtime, client, statements, deadline, is_lost: Cell::new(false) };
        migrate(&connection)?;
        Ok(connection)
    }

    /// Waits for the database, until the transaction has to have ended. A statement outside of one is its own.
    fn wait<T>(&self, work: impl Future<Output = std::result::Result<T, Error>>) -> Result<T> {
        let now = Instant::now();
        let deadline = if self.deadline.get() > now { self.deadline.get() } else { now + TRANSACTION };
        let done = self.runtime.block_on(async { timeout_at(deadline, work).await });
        let Ok(done) = done else {
            self.is_lost.set(true);
            return Err(Failure::new("the database does not answer in time"));
        };
        done.map_err(|error| {
            // A database that became a standby takes no writes: another one does now.
            let is_standby = error.code() == Some(&SqlState::READ_ONLY_SQL_TRANSACTION);
            self.is_lost.set(self.is_lost.get() || is_standby || error.is_closed());
            failure(error)
        })
    }

    fn prepare(&self, statement: &str) -> Result<Statement> {
        if let Some(prepared) = self.statements.borrow().get(statement) {
            return Ok(prepared.clone());
        }
        let prepared = self.wait(self.client.prepare(&statement.replace('?', "$")))?;
        self.statements.borrow_mut().insert(statement.to_owned(), prepared.clone());
        Ok(prepared)
    }
}

impl Connection for PostgresConnection {
    fn begin(&self) -> Result<()> {
        self.deadline.set(Instant::now() + TRANSACTION);
        // Whatever the database's default is: what is read after the lock is what the holder before committed.
        self.execute("BEGIN ISOLATION LEVEL READ COMMITTED READ WRITE", &[])?;
        let turn = self.rows(WRITER, &[]).map(|_| ());
        if turn.is_err() && self.execute("ROLLBACK", &[]).is_err() {
            // In a transaction that has failed nothing can begin.
            self.is_lost.set(true);
        }
        turn
    }

    fn execute(&self, statement: &str, parameters: &[Value]) -> Result<usize> {
        let statement = self.prepare(statement)?;
        let rows = self.wait(self.client.execute(&statement, &references(parameters)))?;
        Ok(usize::try_from(rows).unwrap_or(usize::MAX))
    }

    fn rows(&self, query: &str, parameters: &[Value]) -> Result<Vec<Row>> {
        let query = self.prepare(query)?;
        let rows = self.wait(self.client.query(&query, &references(parameters)))?;
        let read = |row: tokio_postgres::Row| {
            let columns = (0..row.len()).map(|column| row.try_get(column).map_err(failure));
            columns.collect::<Result<_>>().map(Row::new)
        };
        rows.into_iter().map(read).collect()
    }

    /// Texts are compared by their bytes, as in SQLite, whatever the language of the database.
    fn define(&self, statements: &str) -> Result<()> {
        let statements = statements.replace(" TEXT", " TEXT COLLATE \"C\"").replace(" WITHOUT ROWID", "");
        self.wait(self.client.batch_execute(&statements))
    }

    fn is_open(&self) -> bool {
        // What arrived meanwhile is read, such as that the database has ended.
        self.runtime.block_on(yield_now());
        !self.is_lost.get() && !self.client.is_closed()
    }

    fn announce(&self) -> Result<()> {
        self.rows("SELECT pg_notify(?1, '')::text", &[CHANNEL.into()]).map(|_| ())
    }
}

fn references(parameters: &[Value]) -> Vec<&(dyn ToSql + Sync)> {
    parameters.iter().map(|value| value as _).collect()
}

/// The reason for the log. The errors of tokio-postgres keep it behind them.
pub fn failure(error: Error) -> Failure {
    match std::error::Error::source(&error) {
        Some(source) => Failure::new(format_args!("{error}: {source}")),
        None => Failure::new(error),
    }
}
