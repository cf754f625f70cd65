//! The gateway's own issuer: its signing keys, and signing with them.

mod auth_documents;
mod signer;
mod signing_service;

pub use auth_documents::answer_document;
pub use signer::{SealedKey, SigningMemory, sign};
pub use signing_service::SigningService;
