//! Typed rows of the directory.

mod entry;
mod rows;

pub use entry::{Entry, Stored, absent, added, check_format};
pub use rows::{ATTEMPTS, CommitFailure, Rows};
