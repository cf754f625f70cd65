//! A signature to check, and the key to check it with.

use std::sync::Arc;

use crate::keys::jwk::Jwk;
use crate::project_id::ProjectId;
use crate::token::algorithm::Algorithm;

/// What the platform has to check.
#[derive(Clone, Copy, Debug)]
pub struct SignatureCheck<'c> {
    /// The project that needs it; `None` if a key is tried without a project.
    pub project: Option<&'c ProjectId>,
    /// How the signature is made.
    pub algorithm: Algorithm,
    /// The key that should have made it.
    pub key: &'c Arc<Jwk>,
    /// What was signed.
    pub signing_input: &'c [u8],
    /// The signature.
    pub signature: &'c [u8],
}
