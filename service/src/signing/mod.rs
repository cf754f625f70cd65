//! The gateway's own issuer: the keys that the gateway signs with, and signing with them.

mod auth_documents;
mod key_change;
mod signer;
mod signing_memory;
mod signing_service;

pub use auth_documents::answer_document;
pub use key_change::{KeyChange, KeyRefusal};
pub use signer::{SealedKey, purpose, sign};
pub use signing_memory::SigningMemory;
pub use signing_service::{Changed, SigningService};
