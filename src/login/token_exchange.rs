//! The exchange of an authorization code for tokens.

use crate::login::authorization_response::AuthorizationCode;
use crate::login::client_credentials::ClientSecret;
use crate::login::issued_tokens::{IssuedTokens, malformed};
use crate::login::provider_request::ProviderRequest;
use crate::login::relying_party::RelyingParty;
use crate::login::token_endpoint_error::TokenEndpointError;

/// The request that exchanges a code (RFC 6749, section 4.1.3; RFC 7636, section 4.5).
pub fn token_request(
    party: RelyingParty<'_>,
    secret: &ClientSecret,
    code: &AuthorizationCode,
) -> ProviderRequest {
    let (redirect_uri, verifier) = (party.redirect_uri(), code.transaction.code_verifier());
    let parameters = [
        ("grant_type", "authorization_code"),
        ("code", &*code.code),
        ("redirect_uri", &*redirect_uri),
        ("code_verifier", &*verifier),
    ];
    ProviderRequest::post(&party.provider.token_endpoint, party, secret, &parameters)
}

/// The answer to that request. Its ID Token is verified by [`crate::login::verify_id_token`]. It has no `Debug`.
pub struct TokenResponse {
    pub(super) access_token: String,
    pub(super) id_token: String,
    /// The nonce that the ID Token has to have.
    pub(super) nonce: String,
    refresh_token: Option<String>,
}

impl TokenResponse {
    /// Processes the status and the body of the answer. The code is used up by that.
    pub fn process(code: AuthorizationCode, status: u16, body: &[u8]) -> Result<Self, TokenEndpointError> {
        let AuthorizationCode { transaction, .. } = code;
        let IssuedTokens { access_token, refresh_token, id_token } = IssuedTokens::read(status, body)?;
        let id_token = id_token.ok_or(malformed("has no `id_token`"))?;
        Ok(Self { access_token, id_token, nonce: transaction.nonce(), refresh_token })
    }

    /// The ID Token, for the logout at the provider.
    pub fn id_token(&self) -> &str {
        &self.id_token
    }

    /// The refresh token, if the provider gave one.
    pub fn refresh_token(&self) -> Option<&str> {
        self.refresh_token.as_deref()
    }
}

#[cfg(test)]
pub mod tests {
    use super::*;
    use crate::login::relying_party::tests::with_party;
    use crate::login::transaction::Transaction;
    use serde_json::json;

    pub fn code() -> AuthorizationCode {
        AuthorizationCode { code: "c/d".to_owned(), transaction: Transaction::new([1; 32]) }
    }

    #[test]
    fn a_code_is_exchanged_with_its_verifier() {
        let secret = ClientSecret::opened(b"a secret").unwrap();
        let request = with_party(|_| (), |party| token_request(party, &secret, &code()));
        assert_eq!(request.url, "https://op.example/token");
        assert_eq!(request.authorization, "Basic Z2F0ZXdheTphJTIwc2VjcmV0");
        let form = crate::accounts::Form::parse(request.form.unwrap().as_bytes());
        let form = form.unwrap_or_else(|fault| panic!("{fault:?}"));
        let verifier = code().transaction.code_verifier();
        for (name, value) in [
            ("grant_type", "authorization_code"),
            ("code", "c/d"),
            ("redirect_uri", "https://gateway.example.com/auth/federation-callback"),
            ("code_verifier", &verifier),
        ] {
            assert_eq!(form.get(name), Some(value), "{name}");
        }
        assert_eq!((form.get("client_id"), form.get("client_secret")), (None, None));
    }

    #[test]
    fn an_answer_needs_an_id_token() {
        let process = |body: serde_json::Value| {
            TokenResponse::process(code(), 200, body.to_string().as_bytes()).map(|tokens| tokens.nonce)
        };
        let nonce = code().transaction.nonce();
        assert_eq!(
            process(json!({ "token_type": "bearer", "access_token": "a", "id_token": "i" })),
            Ok(nonce)
        );
        let without = process(json!({ "token_type": "bearer", "access_token": "a" }));
        assert_eq!(without, Err(malformed("has no `id_token`")));
    }
}
