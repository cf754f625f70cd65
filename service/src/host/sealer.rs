//! Authenticated encryption of what is stored.

use super::failure::Failure;

/// What a ciphertext is bound to: it opens only with the same key, nonce and associated data.
#[derive(Clone, Copy)]
pub struct Seal<'s> {
    /// The key.
    pub key: &'s [u8; 32],
    /// The nonce, used once with the key.
    pub nonce: &'s [u8; 12],
    /// What it is for.
    pub associated: &'s [u8],
}

/// AES-256-GCM (NIST SP 800-38D) with a tag of 16 bytes, which follows the ciphertext.
///
/// At Cloudflare: WebCrypto.
pub trait Sealer {
    /// The ciphertext of `plain`.
    fn seal(&self, seal: Seal<'_>, plain: &[u8]) -> impl Future<Output = Result<Vec<u8>, Failure>>;

    /// The plaintext of `sealed`; `None` if it was sealed otherwise, or changed.
    fn open(&self, seal: Seal<'_>, sealed: &[u8]) -> impl Future<Output = Result<Option<Vec<u8>>, Failure>>;
}
