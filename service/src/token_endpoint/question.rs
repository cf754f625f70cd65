//! What is asked where an account is stored, and the answer.

use edge_authorizer::Unavailable;
use edge_authorizer::accounts::{Grant, TokenError, TokenRequest};
use serde::{Deserialize, Serialize};

/// A request for a token, as it is asked where the account is stored.
#[derive(Clone, Debug, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct TokenQuestion {
    /// The request.
    pub request: TokenRequest,
    /// The address that it came from, where the host knows it.
    pub address: Option<String>,
    /// The id of the request.
    pub request_id: String,
}

/// The answer.
#[derive(Clone, Debug, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum TokenOutcome {
    /// A token is to be signed.
    Granted(Grant),
    /// The client is not authenticated.
    Refused,
    /// The scope is not of the account.
    Scope,
    /// Too many failures; the seconds until another attempt is admitted.
    TooManyFailures(u32),
    /// The store fails.
    Unavailable,
}

impl TokenOutcome {
    /// What is granted, or the error.
    pub fn into_grant(self) -> Result<Grant, TokenError> {
        match self {
            Self::Granted(grant) => Ok(grant),
            Self::Refused => Err(TokenError::ClientRefused),
            Self::Scope => Err(TokenError::Scope),
            Self::TooManyFailures(retry_after) => Err(TokenError::TooManyFailures { retry_after }),
            Self::Unavailable => Err(TokenError::Unavailable("the account cannot be read at the moment")),
        }
    }
}

impl From<Unavailable> for TokenOutcome {
    fn from(Unavailable: Unavailable) -> Self {
        Self::Unavailable
    }
}
