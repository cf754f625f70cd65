//! Signatures, sealing and randomness, by aws-lc-rs.

mod private_keys;
mod public_key;
mod public_keys;
mod sealing;

use service::host::Entropy;

pub use private_keys::{PrivateKeys, generate};
pub use public_keys::PublicKeys;
pub use sealing::{open, seal};

/// The system's generator.
struct System;

impl Entropy for System {
    fn fill(&self, bytes: &mut [u8]) {
        fill(bytes);
    }
}

/// An id for a request.
pub fn new_id() -> String {
    System.new_id()
}

/// Fills `bytes` with random ones. Without the system's generator nothing here is safe, so the process ends.
pub fn fill(bytes: &mut [u8]) {
    if aws_lc_rs::rand::fill(bytes).is_err() {
        std::process::abort();
    }
}
