//! The verification of a signed token of the provider, step by step: its claims, the provider's keys, the signature.
//!
//! Each state leads to the next one. What the token says is out of reach until its signature is verified.

use std::sync::Arc;

use crate::keys::jwk::Jwk;
use crate::keys::key_set::{KeySet, NoCandidates};
use crate::keys::signature_check::SignatureCheck;
use crate::login::token_fault::TokenFault;
use crate::token::compact_jws::Token;
use crate::unavailable::Unavailable;

/// The next step of a verification that yields a `V`.
#[must_use]
pub enum Verification<'t, V> {
    /// It is over.
    Done(Result<V, TokenFault>),
    /// The provider's keys are needed.
    NeedKeys(NeedProviderKeys<'t, V>),
    /// A signature has to be checked.
    NeedCheck(NeedTokenCheck<'t, V>),
}

/// The claims are right; the provider's keys are needed.
pub struct NeedProviderKeys<'t, V>(Unverified<'t, V>);

/// A key has to be tried on the signature.
pub struct NeedTokenCheck<'t, V> {
    key: Arc<Jwk>,
    others: std::vec::IntoIter<Arc<Jwk>>,
    unverified: Unverified<'t, V>,
}

struct Unverified<'t, V> {
    token: Token<'t>,
    /// What the token yields once it is verified.
    outcome: V,
    needs_newer_keys: bool,
}

impl<'t, V> Verification<'t, V> {
    /// Begins with a token whose claims were checked.
    pub(super) fn begin(checked: Result<(Token<'t>, V), TokenFault>) -> Self {
        match checked {
            Ok((token, outcome)) => {
                Self::NeedKeys(NeedProviderKeys(Unverified { token, outcome, needs_newer_keys: false }))
            }
            Err(fault) => Self::Done(Err(fault)),
        }
    }
}

impl<'t, V> NeedProviderKeys<'t, V> {
    /// Whether the keys that were given lack the token's: the provider may have published newer ones.
    pub fn needs_newer_keys(&self) -> bool {
        self.0.needs_newer_keys
    }

    /// Goes on with the provider's keys. Where none is the token's, they are needed once more.
    pub fn resume(self, keys: Result<&KeySet, Unavailable>) -> Verification<'t, V> {
        let Ok(keys) = keys else { return Verification::Done(Err(TokenFault::KeysUnavailable)) };
        let unverified = self.0;
        let (kid, algorithm) = (unverified.token.key_id(), unverified.token.algorithm());
        match keys.candidates(kid, algorithm, |_| true) {
            // Without `kid`, the one key that there is (OpenID Connect Core 1.0, section 10.1).
            Ok(candidates) if kid.is_some() || candidates.len() == 1 => {
                NeedTokenCheck::next(candidates.into_iter(), unverified)
            }
            Err(NoCandidates::None) if kid.is_none_or(|kid| !keys.knows(kid)) => {
                unverified.with_newer_keys(TokenFault::NoKey)
            }
            Err(NoCandidates::None | NoCandidates::Blocked) => Verification::Done(Err(TokenFault::NoKey)),
            Ok(_) | Err(NoCandidates::TooMany) => Verification::Done(Err(TokenFault::AmbiguousKey)),
        }
    }
}

impl<'t, V> NeedTokenCheck<'t, V> {
    fn next(
        mut candidates: std::vec::IntoIter<Arc<Jwk>>,
        unverified: Unverified<'t, V>,
    ) -> Verification<'t, V> {
        match candidates.next() {
            Some(key) => Verification::NeedCheck(Self { key, others: candidates, unverified }),
            // The provider may have replaced its key, where no `kid` tells one from the other.
            None if unverified.token.key_id().is_none() => unverified.with_newer_keys(TokenFault::Signature),
            None => Verification::Done(Err(TokenFault::Signature)),
        }
    }

    /// What has to be checked.
    pub fn check(&self) -> SignatureCheck<'_> {
        let token = &self.unverified.token;
        SignatureCheck {
            project: None,
            algorithm: token.algorithm(),
            key: &self.key,
            signing_input: token.signing_input(),
            signature: token.signature(),
        }
    }

    /// Goes on with the outcome.
    pub fn resume(self, is_verified: bool) -> Verification<'t, V> {
        if is_verified {
            Verification::Done(Ok(self.unverified.outcome))
        } else {
            Self::next(self.others, self.unverified)
        }
    }
}

impl<'t, V> Unverified<'t, V> {
    /// Needs newer keys; if these were newer already, that is the fault.
    fn with_newer_keys(self, fault: TokenFault) -> Verification<'t, V> {
        if self.needs_newer_keys {
            return Verification::Done(Err(fault));
        }
        Verification::NeedKeys(NeedProviderKeys(Self { needs_newer_keys: true, ..self }))
    }
}
