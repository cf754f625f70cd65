//! The refresh: whether the session at the provider goes on.

use crate::login::client_credentials::ClientSecret;
use crate::login::id_token::{Expected, read_id_token};
use crate::login::issued_tokens::IssuedTokens;
use crate::login::provider_request::ProviderRequest;
use crate::login::relying_party::RelyingParty;
use crate::login::token_endpoint_error::TokenEndpointError;
use crate::login::token_fault::TokenFault;
use crate::login::verification::Verification;
use crate::token::numeric_date::NumericDate;

/// The request for new tokens (RFC 6749, section 6).
pub fn refresh_request(
    party: RelyingParty<'_>,
    secret: &ClientSecret,
    refresh_token: &str,
) -> ProviderRequest {
    let parameters = [("grant_type", "refresh_token"), ("refresh_token", refresh_token)];
    ProviderRequest::post(&party.provider.token_endpoint, party, secret, &parameters)
}

/// The answer to that request. [`TokenEndpointError::InvalidGrant`] means that the session at the provider has ended. It has no `Debug`.
pub struct RefreshResponse(IssuedTokens);

/// What a session has after a refresh. It has no `Debug`.
pub struct Renewal {
    /// The next refresh token; `None` if the former one stays.
    pub refresh_token: Option<String>,
    /// The new ID Token; `None` if the former one stays.
    pub id_token: Option<String>,
}

impl RefreshResponse {
    /// Processes the status and the body of the answer.
    pub fn process(status: u16, body: &[u8]) -> Result<Self, TokenEndpointError> {
        IssuedTokens::read(status, body).map(Self)
    }

    /// Verifies the ID Token, if there is one: it has to be of `subject`, the user of the session (OpenID Connect Core 1.0, section 12.2).
    pub fn verify(
        &self,
        party: RelyingParty<'_>,
        subject: &str,
        now: NumericDate,
        skew: f64,
    ) -> Verification<'_, Renewal> {
        let IssuedTokens { access_token, refresh_token, id_token } = &self.0;
        let renewal = || Renewal { refresh_token: refresh_token.clone(), id_token: id_token.clone() };
        let Some(text) = id_token else { return Verification::Done(Ok(renewal())) };
        let checked = read_id_token(party, text, &Expected { nonce: None, access_token }, now, skew);
        Verification::begin(checked.and_then(|(token, verified)| {
            let is_same = verified.subject == subject;
            if is_same { Ok((token, renewal())) } else { Err(TokenFault::OtherSubject) }
        }))
    }
}
