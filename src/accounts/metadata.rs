//! What the gateway's own issuer says about itself.

use serde_json::{Value, json};

use crate::accounts::public_url::PublicUrl;
use crate::token::algorithm::Algorithm;

/// Its metadata: for OpenID Connect Discovery 1.0 (section 3) and RFC 8414 (section 2) alike.
pub fn metadata(public_url: &PublicUrl) -> Value {
    let issuer = public_url.issuer().as_str();
    let algorithms: Vec<_> = Algorithm::all().map(Algorithm::name).collect();
    json!({
        "issuer": issuer,
        "jwks_uri": format!("{issuer}/jwks"),
        "token_endpoint": format!("{issuer}/token"),
        "grant_types_supported": ["client_credentials"],
        "response_types_supported": [],
        "token_endpoint_auth_methods_supported": ["client_secret_basic", "client_secret_post", "private_key_jwt"],
        "token_endpoint_auth_signing_alg_values_supported": algorithms,
        "subject_types_supported": ["public"],
        "id_token_signing_alg_values_supported": ["ES256"],
    })
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::keys::discovery::read_configuration;

    #[test]
    fn metadata_is_read_as_the_configuration_of_its_issuer() {
        let url = PublicUrl::try_from("https://gateway.example.com").unwrap();
        let body = metadata(&url).to_string();
        let keys = read_configuration(url.issuer(), body.as_bytes());
        assert_eq!(keys.as_deref(), Ok("https://gateway.example.com/auth/jwks"));
    }
}
