//! Cryptography by WebCrypto: signature checks, in the Workers and in a browser alike; signing and sealing, in the
//! Workers.

#![cfg(target_arch = "wasm32")]

pub mod keys;
mod signature_check;
mod subtle;

pub use signature_check::{check, is_true};
