//! The evidence for claims about a caller: a verified signature, or none.

use crate::token::claims::Claims;
use crate::token::compact_jws::VerifiedToken;

/// The strength of a token whose signature was verified with a key of its issuer.
#[derive(Debug)]
pub enum Verified {}

/// The strength of claims without a signature. They can be explained and never permit anything.
#[derive(Debug)]
pub enum Unverified {}

/// Something that makes claims about a caller.
pub trait Evidence {
    /// [`Verified`] or [`Unverified`].
    type Strength;

    /// The claims.
    fn claims(&self) -> &Claims;
}

impl Evidence for VerifiedToken<'_> {
    type Strength = Verified;

    fn claims(&self) -> &Claims {
        self.claims()
    }
}

impl Evidence for Claims {
    type Strength = Unverified;

    fn claims(&self) -> &Claims {
        self
    }
}
