//! The request by which a refresh token is revoked.

use crate::login::client_credentials::ClientSecret;
use crate::login::provider_request::ProviderRequest;
use crate::login::relying_party::RelyingParty;

/// The request that revokes a refresh token (RFC 7009, section 2.1); `None` if the provider has no such endpoint. Any 200 is success.
pub fn revocation_request(
    party: RelyingParty<'_>,
    secret: &ClientSecret,
    refresh_token: &str,
) -> Option<ProviderRequest> {
    let endpoint = party.provider.revocation_endpoint.as_ref()?;
    let parameters = [("token", refresh_token), ("token_type_hint", "refresh_token")];
    Some(ProviderRequest::post(endpoint, party, secret, &parameters))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::login::relying_party::tests::with_party;

    #[test]
    fn a_refresh_token_is_revoked_where_that_is_announced() {
        let secret = ClientSecret::opened(b"a secret").unwrap();
        let request = with_party(|_| (), |party| revocation_request(party, &secret, "r/1")).unwrap();
        assert_eq!(request.url, "https://op.example/revoke");
        assert_eq!(request.form.as_deref(), Some("token=r%2F1&token_type_hint=refresh_token"));
        let without = |provider: &mut crate::login::ProviderMetadata| provider.revocation_endpoint = None;
        assert!(with_party(without, |party| revocation_request(party, &secret, "r")).is_none());
    }
}
