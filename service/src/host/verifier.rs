//! Signature checks.

use edge_authorizer::{KeyOutcome, SignatureCheck};

/// Checks signatures. In workerd and browsers that is WebCrypto, natively a library.
pub trait Verifier {
    /// Checks a signature. A key that the platform refuses is [`KeyOutcome::KeyRefused`]; a check that fails for any other
    /// reason is a wrong signature.
    fn verify(&self, check: &SignatureCheck<'_>) -> impl Future<Output = KeyOutcome>;
}
