//! The store: SQLite in one file, or PostgreSQL. Functions here are what is done in a transaction, on either.

mod audit_log;
mod connection;
mod database;
mod directory;
mod key_name;
mod link;
mod postgres;
mod published;
mod records;
mod schema;
mod sealed;
mod spent;
mod sqlite;
mod tally;
mod wakes;

pub use connection::{Connection, Result, Row, Value};
pub use database::{Database, DatabaseThreads, whole_or_nothing};
pub use directory::{commit_rows, find, next_mail, row};
pub use key_name::{key_of, name_of};
pub use link::Connect;
pub use postgres::{DatabaseUrl, InvalidDatabaseUrl, Listener, PostgresConnection, TRANSACTION};
pub use published::{Change, Changes, changes_after, copy, end_session, forget_all, forget_expired, publish};
pub use records::{append, audit, commit, list, load, projects};
pub use schema::schema_version;
pub use sealed::sealing_keys;
pub use spent::spend;
pub use sqlite::SqliteConnection;
pub use tally::{set as set_tally, tally};
pub use wakes::{Due, done, next_wake, postpone, take_due, wake_at};
