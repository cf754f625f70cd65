//! PostgreSQL, which several nodes have together.

mod connection;
mod listener;
mod tls;
mod url;
mod value;

pub use connection::{PostgresConnection, TRANSACTION};
pub use listener::Listener;
pub use url::{DatabaseUrl, InvalidDatabaseUrl};
