//! The userinfo endpoint, for an email address that the ID Token lacks.

use serde::Serialize;
use serde_json::Value;

use crate::login::email_claims::EmailClaims;
use crate::login::id_token::VerifiedIdToken;
use crate::login::provider_request::ProviderRequest;
use crate::login::relying_party::RelyingParty;
use crate::login::token_exchange::TokenResponse;
use crate::token::strict_json;

/// Why the userinfo endpoint says nothing about the user.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, thiserror::Error)]
#[serde(tag = "fault", rename_all = "snake_case")]
pub enum UserInfoFault {
    /// It gives no answer.
    #[error("the userinfo endpoint answers with the status {status}")]
    Unavailable {
        /// The status.
        status: u16,
    },
    /// The answer is not a JSON object.
    #[error("the answer of the userinfo endpoint is not a JSON object that has each member once")]
    Malformed,
    /// The answer is about another user (OpenID Connect Core 1.0, section 5.3.2).
    #[error("`sub` of the userinfo endpoint is not that of the ID Token")]
    OtherSubject,
}

/// The request for the user's claims; `None` if the ID Token has an email address, or the provider no such endpoint.
pub fn user_info_request(
    party: RelyingParty<'_>,
    tokens: &TokenResponse,
    id_token: &VerifiedIdToken,
) -> Option<ProviderRequest> {
    let endpoint = party.provider.userinfo_endpoint.as_ref().filter(|_| id_token.email.email.is_none())?;
    Some(ProviderRequest::get(endpoint, &tokens.access_token))
}

/// Adds what the answer says about the user's email address.
pub fn process_user_info(
    id_token: VerifiedIdToken,
    status: u16,
    body: &[u8],
) -> Result<VerifiedIdToken, UserInfoFault> {
    if status != 200 {
        return Err(UserInfoFault::Unavailable { status });
    }
    let Ok(Value::Object(claims)) = strict_json::from_slice(body) else {
        return Err(UserInfoFault::Malformed);
    };
    if claims.get("sub").and_then(Value::as_str) != Some(&id_token.subject) {
        return Err(UserInfoFault::OtherSubject);
    }
    Ok(VerifiedIdToken { email: EmailClaims::read(&claims), ..id_token })
}
