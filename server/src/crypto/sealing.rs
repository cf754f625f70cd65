//! AES-256-GCM.

use aws_lc_rs::aead::{AES_256_GCM, Aad, LessSafeKey, Nonce, UnboundKey};
use service::host::{Failure, Seal};

/// Encrypts.
pub fn seal(seal: Seal<'_>, plain: &[u8]) -> Result<Vec<u8>, Failure> {
    let (key, nonce) = key(&seal)?;
    let mut bytes = plain.to_vec();
    key.seal_in_place_append_tag(nonce, Aad::from(seal.associated), &mut bytes).map_err(Failure::new)?;
    Ok(bytes)
}

/// Decrypts; `None` if it was sealed otherwise, or changed.
pub fn open(seal: Seal<'_>, sealed: &[u8]) -> Result<Option<Vec<u8>>, Failure> {
    let (key, nonce) = key(&seal)?;
    let mut bytes = sealed.to_vec();
    let opened = key.open_in_place(nonce, Aad::from(seal.associated), &mut bytes);
    Ok(opened.ok().map(|plain| plain.to_vec()))
}

fn key(seal: &Seal<'_>) -> Result<(LessSafeKey, Nonce), Failure> {
    let key = UnboundKey::new(&AES_256_GCM, seal.key).map_err(Failure::new)?;
    Ok((LessSafeKey::new(key), Nonce::assume_unique_for_key(*seal.nonce)))
}
