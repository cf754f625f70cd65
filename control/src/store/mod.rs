//! The storage of an object: SQLite.

mod audit_log;
mod directory_store;
mod object_store;
mod rows;
mod schema;
mod spent;

pub use directory_store::DirectoryStore;
pub use object_store::ObjectStore;
pub use schema::{ISSUER_STEPS, PROJECT_STEPS, REGISTRY_STEPS, SIGNING_KEYS_STEPS, Steps};
