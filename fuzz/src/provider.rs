//! An OpenID Provider, and the gateway as its client.

use std::sync::LazyLock;

use edge_authorizer::accounts::PublicUrl;
use edge_authorizer::egress::InsecureHosts;
use edge_authorizer::login::{Federation, FederationChange, ProviderMetadata, RelyingParty};
use edge_authorizer::{Issuer, NumericDate};
use serde_json::json;

/// The provider's issuer.
pub const ISSUER: &str = "https://op.example";

/// The gateway's client id there.
pub const CLIENT: &str = "gateway";

/// The time.
pub const NOW: NumericDate = NumericDate::from_seconds(1_800_000_000.0);

/// The provider. It announces RS256, ES256 and the parameter `iss`.
pub static PROVIDER: LazyLock<Provider> = LazyLock::new(Provider::new);

/// The configured provider.
pub struct Provider {
    federation: Federation,
    metadata: ProviderMetadata,
    public_url: PublicUrl,
}

impl Provider {
    fn new() -> Self {
        let none = InsecureHosts::default();
        let document =
            json!({ "issuer": ISSUER, "clientId": CLIENT, "clientSecret": "secret", "active": true });
        let Ok(change) = FederationChange::read(&document, None, &none) else { panic!("a good document") };
        let metadata = json!({
            "issuer": ISSUER, "authorization_endpoint": "https://op.example/auth",
            "token_endpoint": "https://op.example/token", "jwks_uri": "https://op.example/jwks",
            "end_session_endpoint": "https://op.example/logout", "response_types_supported": ["code"],
            "id_token_signing_alg_values_supported": ["RS256", "ES256"],
            "authorization_response_iss_parameter_supported": true,
        });
        let issuer = Issuer::try_from(ISSUER).expect("an issuer");
        Self {
            federation: change.into_federation("sealed".to_owned()),
            metadata: ProviderMetadata::read(&issuer, metadata.to_string().as_bytes(), &none)
                .expect("good metadata"),
            public_url: PublicUrl::try_from("https://gateway.example.com").expect("a URL"),
        }
    }

    /// The gateway as its client.
    pub fn party(&self) -> RelyingParty<'_> {
        RelyingParty::new(&self.federation, &self.metadata, &self.public_url).expect("its own metadata")
    }
}
