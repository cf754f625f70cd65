//! The keys of an issuer: how they are discovered, read, stored and refreshed.

pub mod discovery;
pub mod fetched_keys;
pub mod imported_keys;
pub mod jwk;
pub mod key_record;
pub mod key_set;
pub mod refresh_schedule;
mod roca;
pub mod signature_check;
pub mod stored_jwk;
