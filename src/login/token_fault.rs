//! Why a signed token of the provider is refused.

use serde::Serialize;

use crate::excerpt::excerpt;
use crate::token::algorithm::Algorithm;
use crate::token::malformed::Malformed;
use crate::token::numeric_date::NumericDate;
use crate::token::validity::TimeClaim;
use crate::visible::visible;

/// Why an ID Token or a logout token is refused. In JSON, `fault` names the rule; what else is there is from the token.
#[derive(Clone, Debug, PartialEq, Serialize, thiserror::Error)]
#[serde(tag = "fault", rename_all = "snake_case")]
pub enum TokenFault {
    /// It is not a signed JWT with `iss`, `exp` and `iat`.
    #[error("the token has {reason}")]
    Malformed {
        /// What is wrong.
        reason: Malformed,
    },
    /// Its `alg` is not one of the nine.
    #[error("the token's `alg` is none of RS256 to PS512")]
    UnsupportedAlgorithm,
    /// The provider does not announce its `alg`.
    #[error("the token is signed by {found}, which the provider does not announce")]
    Algorithm {
        /// The algorithm.
        found: Algorithm,
    },
    /// Its `typ` is of another kind of token.
    #[error("the token's `typ` is `{found}`")]
    Kind {
        /// The type.
        found: String,
    },
    /// `iss` is not the provider's issuer.
    #[error("`iss` is `{found}`, not the provider's issuer")]
    Issuer {
        /// The issuer.
        found: String,
    },
    /// `aud` is missing or lacks the client id.
    #[error("`aud` does not name the client id")]
    Audience,
    /// `azp` is missing beside several audiences, or is not the client id.
    #[error("`azp` is not the client id, or missing beside several audiences")]
    AuthorizedParty,
    /// It has expired or is not yet valid.
    #[error("`{}` says that the token has expired or is not yet valid", name(*.claim))]
    Time {
        /// The claim.
        claim: TimeClaim,
        /// Its value.
        value: NumericDate,
    },
    /// It was issued too long ago.
    #[error("`iat` is too long ago")]
    Old {
        /// The time.
        issued: NumericDate,
    },
    /// It is valid for too long to be remembered.
    #[error("`exp` is more than a day ahead")]
    LongLived,
    /// `nonce` is missing or that of another login.
    #[error("`nonce` is missing or that of another login")]
    Nonce,
    /// A logout token with a `nonce`: it could be an ID Token.
    #[error("a logout token must not have a `nonce`")]
    NonceInLogout,
    /// `at_hash` is not that of the access token.
    #[error("`at_hash` is not that of the access token")]
    AccessTokenHash,
    /// `sub` is missing, empty, too long or has control characters.
    #[error("`sub` is not a text of 1 to 255 bytes")]
    Subject,
    /// A refresh answers with an ID Token of another user.
    #[error("`sub` is another user than that of the session")]
    OtherSubject,
    /// `sid` is empty, too long or has control characters.
    #[error("`sid` is not a text of 1 to 255 bytes")]
    SessionId,
    /// A logout token that names neither a user nor a session.
    #[error("the logout token has neither `sub` nor `sid`")]
    NoSubject,
    /// A logout token without the event.
    #[error("`events` does not have the back-channel logout event")]
    Event,
    /// A logout token without an id.
    #[error("`jti` is missing or longer than 255 bytes")]
    Id,
    /// The provider's keys cannot be fetched.
    #[error("the provider's keys are not available")]
    KeysUnavailable,
    /// The provider has no key that the token could be signed with.
    #[error("the provider has no usable key for the token's `kid` and `alg`")]
    NoKey,
    /// Several keys could have signed it, and it does not say which one.
    #[error("the token has no `kid`, and the provider has several keys for its `alg`")]
    AmbiguousKey,
    /// No key verifies the signature.
    #[error("no key of the provider verifies the signature")]
    Signature,
}

impl From<Malformed> for TokenFault {
    fn from(reason: Malformed) -> Self {
        match reason {
            Malformed::Algorithm => Self::UnsupportedAlgorithm,
            reason => Self::Malformed { reason },
        }
    }
}

/// A text of a token, for people.
pub(super) fn found(text: &str) -> String {
    visible(excerpt(text, 300)).into_owned()
}

fn name(claim: TimeClaim) -> &'static str {
    match claim {
        TimeClaim::Exp => "exp",
        TimeClaim::Iat => "iat",
        TimeClaim::Nbf => "nbf",
    }
}
