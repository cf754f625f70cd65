//! The store: SQLite in one file, which one thread writes. Functions here are what is done in a transaction.

mod audit_log;
mod directory;
mod key_name;
mod published;
mod records;
mod schema;
mod spent;
mod sqlite;
mod tally;
mod wakes;

pub use directory::{commit_rows, find, next_mail, row};
pub use key_name::{key_of, name_of};
pub use published::{all_published, publish};
pub use records::{append, audit, commit, list, load, projects};
pub use schema::{migrate, schema_version};
pub use spent::spend;
pub use sqlite::{OpenError, Sqlite, whole_or_nothing};
pub use wakes::{Due, done, next_wake, take_due, wake_at};
