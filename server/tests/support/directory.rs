//! The node's directory in a database in memory.

use std::sync::Mutex;

use rusqlite::{Connection, Result};
use server::store;
use service::host::{Failure, Row, RowChange, RowError, RowKey, RowQuery};

use super::executor::pause;
use super::store::database;

pub struct MemoryDirectory(Mutex<Connection>);

impl Default for MemoryDirectory {
    fn default() -> Self {
        Self(database())
    }
}

impl MemoryDirectory {
    async fn run<T>(&self, work: impl FnOnce(&Connection) -> Result<T>) -> std::result::Result<T, Failure> {
        pause(2).await;
        store::whole_or_nothing(&self.0.lock().unwrap(), work).map_err(Failure::new)
    }

    pub async fn row(&self, key: &RowKey, now: f64) -> std::result::Result<Option<Row>, Failure> {
        self.run(|database| store::row(database, key, now)).await
    }

    pub async fn find(&self, query: &RowQuery, now: f64) -> std::result::Result<Vec<Row>, Failure> {
        self.run(|database| store::find(database, query, now)).await
    }

    pub async fn commit(&self, changes: &[RowChange], now: f64) -> std::result::Result<(), RowError> {
        self.run(|database| store::commit_rows(database, changes, now)).await?
    }
}
