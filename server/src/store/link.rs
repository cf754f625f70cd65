//! A connection that is made again when it is lost.

use std::sync::Arc;
use std::time::Duration;

use service::host::Failure;
use tokio::time::Instant;

use super::connection::{Connection, Result};

/// How long nothing is tried after an attempt to connect that failed: what is asked meanwhile fails at once.
const PAUSE: Duration = Duration::from_millis(500);

/// Makes a connection.
pub type Connect = dyn Fn() -> Result<Box<dyn Connection>> + Send + Sync;

/// A connection of one thread.
pub struct Link {
    connection: Option<Box<dyn Connection>>,
    connect: Arc<Connect>,
    failed: Option<Instant>,
}

impl Link {
    /// A connection that is made when it is needed.
    pub fn to(connect: Arc<Connect>) -> Self {
        Self { connection: None, connect, failed: None }
    }

    /// A connection that stays.
    pub fn of(connection: impl Connection + 'static) -> Self {
        let connect = Arc::new(|| Err(Failure::new("it is closed")));
        Self { connection: Some(Box::new(connection)), connect, failed: None }
    }

    /// The connection, which is made if there is none.
    pub fn get(&mut self) -> Option<&dyn Connection> {
        if self.connection.as_ref().is_none_or(|connection| !connection.is_open()) {
            self.connection = None;
            if self.failed.is_some_and(|failed| failed.elapsed() < PAUSE) {
                return None;
            }
            self.connection = (self.connect)().ok();
            self.failed = self.connection.is_none().then(Instant::now);
        }
        self.connection.as_deref()
    }
}
