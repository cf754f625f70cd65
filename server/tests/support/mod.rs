//! The service's tests on SQLite: its host in memory, with the stores of the node.

#![allow(dead_code, reason = "each test uses a part of it")]
#![allow(
    clippy::cast_possible_truncation,
    clippy::cast_precision_loss,
    clippy::cast_sign_loss,
    reason = "times are small"
)]
#![allow(clippy::indexing_slicing, clippy::panic, clippy::unwrap_used, reason = "a failing test panics")]

pub mod database;
pub mod directory;
pub mod store;

#[path = "../../../service/tests/support/crypto.rs"]
pub mod crypto;
#[path = "../../../service/tests/support/executor.rs"]
pub mod executor;
#[path = "../../../service/tests/support/host.rs"]
pub mod host;
#[path = "../../../tests/support/mod.rs"]
pub mod keys;
#[path = "../../../service/tests/support/network.rs"]
pub mod network;
#[path = "../../../service/tests/support/replica.rs"]
pub mod replica;
#[path = "../../../service/tests/support/sessions.rs"]
pub mod sessions;
#[path = "../../../service/tests/support/table.rs"]
pub mod table;
#[path = "../../../service/tests/support/tokens.rs"]
pub mod tokens;
#[path = "../../../service/tests/support/world.rs"]
pub mod world;
