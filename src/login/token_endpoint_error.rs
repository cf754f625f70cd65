//! Why the provider gives no tokens.

use serde::Serialize;

use crate::login::provider_error::ProviderError;

/// Why the provider's token endpoint gives no tokens.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, thiserror::Error)]
#[serde(tag = "fault", rename_all = "snake_case")]
pub enum TokenEndpointError {
    /// The code or the refresh token is not valid any more (`invalid_grant`, RFC 6749, section 5.2).
    #[error("the provider does not accept the code or the refresh token any more: {0}")]
    InvalidGrant(ProviderError),
    /// Another error: most often, the client is not configured as the provider expects it.
    #[error("the provider refuses the request: {0}")]
    Refused(ProviderError),
    /// No answer of a token endpoint: the provider may be out of order. Trying again later may help.
    #[error("the provider answers with the status {status}")]
    Unavailable {
        /// The status.
        status: u16,
    },
    /// A success that is not one.
    #[error("the provider's answer {reason}")]
    Malformed {
        /// What is wrong with it.
        reason: &'static str,
    },
}

impl TokenEndpointError {
    /// What an administrator can do about it.
    pub fn advice(&self) -> Option<&'static str> {
        match self {
            Self::Refused(error) if error.error == "invalid_client" => {
                Some("check `clientSecret`, and the client's authentication method at the provider")
            }
            _ => None,
        }
    }
}
