//! A request from the gateway to the provider.

use crate::login::client_credentials::ClientSecret;
use crate::login::provider_endpoint::{ProviderEndpoint, form};
use crate::login::relying_party::RelyingParty;

/// A request to the provider: a `GET`, or a `POST` of a form. It has no `Debug`, because it holds secrets.
pub struct ProviderRequest {
    /// Where it goes.
    pub url: String,
    /// Its `Authorization`.
    pub authorization: String,
    /// The body of a `POST`, in `application/x-www-form-urlencoded`; `None` for a `GET`.
    pub form: Option<String>,
}

impl ProviderRequest {
    /// A form, sent with the client's credentials (`client_secret_basic`).
    pub(super) fn post(
        endpoint: &ProviderEndpoint,
        party: RelyingParty<'_>,
        secret: &ClientSecret,
        parameters: &[(&str, &str)],
    ) -> Self {
        let authorization = secret.basic(party.client_id());
        Self { url: endpoint.as_str().to_owned(), authorization, form: Some(form(parameters)) }
    }

    /// A request by the user's access token (RFC 6750, section 2.1).
    pub(super) fn get(endpoint: &ProviderEndpoint, access_token: &str) -> Self {
        let authorization = format!("Bearer {access_token}");
        Self { url: endpoint.as_str().to_owned(), authorization, form: None }
    }
}
