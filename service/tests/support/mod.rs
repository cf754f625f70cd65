//! A host in memory for the tests, whose every part can fail, and an executor that decides the order of events.

#![allow(dead_code, reason = "each test uses a part of it")]
#![allow(
    clippy::cast_possible_truncation,
    clippy::cast_precision_loss,
    clippy::cast_sign_loss,
    reason = "times are small"
)]
#![allow(clippy::indexing_slicing, clippy::panic, clippy::unwrap_used, reason = "a failing test panics")]

pub mod crypto;
pub mod directory;
pub mod executor;
pub mod host;
pub mod issuer;
pub mod network;
pub mod people;
pub mod provider;
pub mod replica;
pub mod sessions;
pub mod store;
pub mod table;
pub mod tokens;
pub mod world;

#[path = "../../../tests/support/mod.rs"]
pub mod keys;
