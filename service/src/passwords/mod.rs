//! Logging in by password, where no federation is active, and how passwords are set.

mod activation;
mod entries;
mod form;
mod limits;
mod login;
mod recovery;
mod setup;

pub use setup::no_more_setup;
