//! Signature checks. Keys are parsed once.

use std::sync::{Arc, Mutex, PoisonError};

use aws_lc_rs::signature::ParsedPublicKey;
use edge_authorizer::{ImportedKeys, KeyOutcome, SignatureCheck};

use super::public_key::parse;

/// Public keys, parsed.
#[derive(Default)]
pub struct PublicKeys(Mutex<ImportedKeys<Arc<ParsedPublicKey>>>);

impl PublicKeys {
    /// Checks a signature.
    pub fn check(&self, check: &SignatureCheck<'_>) -> KeyOutcome {
        let Some(key) = self.key(check) else { return KeyOutcome::KeyRefused };
        match key.verify_sig(check.signing_input, check.signature) {
            Ok(()) => KeyOutcome::Verified,
            Err(_) => KeyOutcome::WrongSignature,
        }
    }

    fn key(&self, check: &SignatureCheck<'_>) -> Option<Arc<ParsedPublicKey>> {
        let lock = || self.0.lock().unwrap_or_else(PoisonError::into_inner);
        let kept = lock().get(check);
        if kept.is_some() {
            return kept;
        }
        let parsed = Arc::new(parse(check)?);
        lock().insert(check, parsed.clone());
        Some(parsed)
    }
}
