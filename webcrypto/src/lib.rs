//! Cryptography by WebCrypto: signature checks, in the Workers and in a browser alike; signing and sealing, in the control
//! plane.

#![cfg(target_arch = "wasm32")]

pub mod sealing;
mod signature_check;
pub mod signing;
mod subtle;

pub use signature_check::{check, is_true};
