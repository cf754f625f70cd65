//! Signatures, sealing and randomness, by aws-lc-rs.

mod private_keys;
mod public_keys;
mod sealing;

pub use private_keys::{PrivateKeys, generate};
pub use public_keys::PublicKeys;
pub use sealing::{open, seal};

/// Fills `bytes` with random ones. Without the system's generator nothing here is safe, so the process ends.
pub fn fill(bytes: &mut [u8]) {
    if aws_lc_rs::rand::fill(bytes).is_err() {
        std::process::abort();
    }
}
