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

#[cfg(test)]
mod tests {
    use std::sync::Weak;

    use aws_lc_rs::signature::{Ed25519KeyPair, KeyPair};
    use base64ct::{Base64UrlUnpadded, Encoding};
    use edge_authorizer::{Algorithm, Jwk};
    use serde_json::json;

    use super::*;

    /// More keys than the bound lets be kept.
    const MANY: u32 = 4000;

    #[test]
    fn keys_that_are_kept_have_a_bound_and_all_others_verify_too() {
        let keys = PublicKeys::default();
        let algorithm = Algorithm::try_from("EdDSA").unwrap();
        let check_by = |number: u32, parsed: &mut Option<Weak<ParsedPublicKey>>| {
            let seed = [number.to_be_bytes(); 8].concat();
            let pair = Ed25519KeyPair::from_seed_unchecked(&seed).unwrap();
            let x = Base64UrlUnpadded::encode_string(pair.public_key().as_ref());
            let key = Arc::new(Jwk::parse(&json!({"kty": "OKP", "crv": "Ed25519", "x": x})).unwrap());
            let (signing_input, signature) = (b"input", pair.sign(b"input"));
            let signature = signature.as_ref();
            let check = SignatureCheck { project: None, algorithm, key: &key, signing_input, signature };
            assert_eq!(keys.check(&check), KeyOutcome::Verified, "{number}");
            *parsed = keys.key(&check).as_ref().map(Arc::downgrade);
        };
        let mut parsed = vec![None; MANY as usize];
        for (number, parsed) in (0..).zip(&mut parsed) {
            check_by(number, parsed);
        }
        let kept = parsed.iter().flatten().filter(|key| key.strong_count() > 0).count();
        assert!((1000..2048).contains(&kept), "{kept}");
        check_by(0, &mut None);
    }
}
