//! The storage of an object: SQLite.

mod audit_log;
mod object_store;
mod rows;
mod schema;
mod spent;

pub use object_store::ObjectStore;
pub use schema::{ISSUER_STEPS, PROJECT_STEPS, REGISTRY_STEPS, SIGNING_KEYS_STEPS, Steps};
