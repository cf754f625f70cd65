//! The gateway as a client, described for the provider's administrator.

use serde_json::{Value, json};

use crate::accounts::PublicUrl;
use crate::login::authorization_request::SCOPE;
use crate::login::relying_party::{BACKCHANNEL_LOGOUT_PATH, CALLBACK_PATH, SIGNED_OUT_PATH};

/// The client metadata of the gateway (RFC 7591, section 2; OpenID Connect Dynamic Client Registration 1.0, section 2).
pub fn client_metadata(public_url: &PublicUrl) -> Value {
    json!({
        "client_name": "Edge Authorizer",
        "application_type": "web",
        "redirect_uris": [format!("{public_url}{CALLBACK_PATH}")],
        "post_logout_redirect_uris": [format!("{public_url}{SIGNED_OUT_PATH}")],
        "backchannel_logout_uri": format!("{public_url}{BACKCHANNEL_LOGOUT_PATH}"),
        "backchannel_logout_session_required": true,
        "grant_types": ["authorization_code", "refresh_token"],
        "response_types": ["code"],
        "token_endpoint_auth_method": "client_secret_basic",
        "scope": SCOPE,
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_client_is_described_by_its_public_url() {
        let url = PublicUrl::try_from("https://gateway.example.com:8443").unwrap();
        let metadata = client_metadata(&url);
        for (name, value) in [
            ("redirect_uris", json!(["https://gateway.example.com:8443/auth/federation-callback"])),
            ("post_logout_redirect_uris", json!(["https://gateway.example.com:8443/auth/signed-out"])),
            ("backchannel_logout_uri", json!("https://gateway.example.com:8443/auth/backchannel-logout")),
            ("grant_types", json!(["authorization_code", "refresh_token"])),
            ("response_types", json!(["code"])),
            ("token_endpoint_auth_method", json!("client_secret_basic")),
            ("scope", json!("openid email profile")),
        ] {
            assert_eq!(metadata[name], value, "{name}");
        }
    }
}
