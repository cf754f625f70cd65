//! Signature checks by a native library, as the node makes them.

#[path = "../../server/src/crypto/public_key.rs"]
mod public_key;

use edge_authorizer::{KeyOutcome, SignatureCheck};

/// Checks a signature.
pub fn check(check: &SignatureCheck<'_>) -> KeyOutcome {
    let Some(key) = public_key::parse(check) else { return KeyOutcome::KeyRefused };
    match key.verify_sig(check.signing_input, check.signature) {
        Ok(()) => KeyOutcome::Verified,
        Err(_) => KeyOutcome::WrongSignature,
    }
}
