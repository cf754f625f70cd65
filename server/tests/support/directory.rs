//! The node's directory in a database of its own.

use server::store::{self, Connection, Result};
use service::host::{Failure, Row, RowChange, RowError, RowKey, RowQuery};

use super::database::{TestConnection, database, run};
use super::executor::pause;

pub struct MemoryDirectory(TestConnection);

impl Default for MemoryDirectory {
    fn default() -> Self {
        Self(database())
    }
}

impl MemoryDirectory {
    async fn run<T>(
        &self,
        work: impl FnOnce(&dyn Connection) -> Result<T>,
    ) -> std::result::Result<T, Failure> {
        pause(2).await;
        run(&self.0, work)
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
