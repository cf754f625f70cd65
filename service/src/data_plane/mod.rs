//! What both planes read and remember: replicas of published values, issuers' keys, sessions, evaluated tokens.

mod assertions;
mod key_source;
mod plane;
mod published;
mod replica_cache;
mod replicas;
mod sessions;

pub use key_source::PATIENCE as KEYS_PATIENCE;
pub use plane::{DataPlane, PlaneResolver, SnapshotSource};
