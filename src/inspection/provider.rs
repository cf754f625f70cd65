//! Known identity providers and how to recognize their tokens: everything about one in one row.

use serde::Serialize;
use serde_json::{Map, Value};

use crate::http::strict_url::StrictUrl;

/// A kind of identity provider.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize)]
#[serde(rename_all = "kebab-case")]
#[cfg_attr(test, derive(ts_rs::TS))]
pub enum Provider {
    /// Keycloak.
    Keycloak,
    /// Microsoft Entra ID, tokens of version 1.0.
    EntraV1,
    /// Microsoft Entra ID, tokens of version 2.0.
    EntraV2,
    /// Okta.
    Okta,
    /// Auth0.
    Auth0,
    /// Any other.
    Other,
}

/// The properties of a provider's tokens.
pub struct Profile {
    /// The name of an entry for it.
    pub id: &'static str,
    /// Its name for people.
    pub name: &'static str,
    /// The claims that may identify a caller, the best first.
    pub id_claims: &'static [&'static str],
    /// The claims that may name the client.
    pub client_claims: &'static [&'static str],
    /// The claims that may carry roles, besides those that are found by their form.
    pub roles_claims: &'static [&'static str],
}

impl Provider {
    /// Which provider issued a token, by its claims.
    pub fn of(issuer: &str, claims: &Map<String, Value>) -> Self {
        let url = StrictUrl::parse(issuer).ok();
        let host = url.map(|url| url.host.to_string()).unwrap_or_default();
        let path = url.map(|url| url.rest).unwrap_or_default();
        let is_within = |zone: &str| host.strip_suffix(zone).is_some_and(|rest| rest.ends_with('.'));
        let has = |name: &str| claims.contains_key(name);
        let is_entra = host.starts_with("login.microsoftonline.") || is_within("ciamlogin.com");
        if host == "sts.windows.net"
            || (is_entra && claims.get("ver").is_some_and(|version| version == "1.0"))
        {
            Self::EntraV1
        } else if is_entra {
            Self::EntraV2
        } else if ["okta.com", "oktapreview.com", "okta-emea.com", "okta-gov.com"].into_iter().any(is_within)
            || (has("cid") && claims.get("ver").is_some_and(|version| version == 1))
        {
            Self::Okta
        } else if is_within("auth0.com") || (has("gty") && issuer.ends_with('/')) {
            Self::Auth0
        } else if path.contains("/realms/") || has("realm_access") || has("resource_access") {
            Self::Keycloak
        } else {
            Self::Other
        }
    }

    /// The properties of its tokens.
    pub fn profile(self) -> &'static Profile {
        match self {
            Self::Keycloak => &Profile {
                id: "keycloak",
                name: "Keycloak",
                id_claims: &["sub"],
                client_claims: &["azp"],
                roles_claims: &["realm_access.roles"],
            },
            Self::EntraV1 => &Profile {
                id: "entra-v1",
                name: "Entra ID (v1 tokens)",
                id_claims: &["oid", "sub"],
                client_claims: &["appid"],
                roles_claims: &["roles", "scp"],
            },
            Self::EntraV2 => &Profile {
                id: "entra-v2",
                name: "Entra ID (v2 tokens)",
                id_claims: &["oid", "sub"],
                client_claims: &["azp"],
                roles_claims: &["roles", "scp"],
            },
            Self::Okta => &Profile {
                id: "okta",
                name: "Okta",
                id_claims: &["sub", "uid"],
                client_claims: &["cid"],
                roles_claims: &["scp", "groups"],
            },
            Self::Auth0 => &Profile {
                id: "auth0",
                name: "Auth0",
                id_claims: &["sub"],
                client_claims: &["azp", "client_id"],
                roles_claims: &["permissions", "scope"],
            },
            Self::Other => &Profile {
                id: "my-idp",
                name: "My identity provider",
                id_claims: &["sub", "client_id", "oid", "uid"],
                client_claims: &["azp", "client_id", "cid", "appid"],
                roles_claims: &["roles", "permissions", "groups", "entitlements", "scope", "scp"],
            },
        }
    }

    /// Whether the provider gives this value of a roles claim to every user.
    pub fn gives_everybody(self, value: &str) -> bool {
        let is_keycloaks = self == Self::Keycloak
            && (value.starts_with("default-roles-")
                || matches!(value, "offline_access" | "uma_authorization"));
        is_keycloaks || matches!(value, "openid" | "profile" | "email" | "offline_access")
    }

    /// Whether every token of the provider has this audience.
    pub fn addresses_everybody(self, audience: &str) -> bool {
        match self {
            Self::Keycloak => audience == "account",
            Self::Auth0 => audience.ends_with("/userinfo"),
            _ => false,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::json;

    #[test]
    fn provider_is_detected_by_issuer_and_claims() {
        let provider = |issuer: &str, claims: Value| Provider::of(issuer, claims.as_object().unwrap());
        let none = || json!({});
        assert_eq!(provider("https://sts.windows.net/t/", none()), Provider::EntraV1);
        assert_eq!(provider("https://login.microsoftonline.com/t/v2.0", none()), Provider::EntraV2);
        assert_eq!(provider("https://t.ciamlogin.com/t/v2.0", none()), Provider::EntraV2);
        assert_eq!(provider("https://a.okta.com/oauth2/default", none()), Provider::Okta);
        assert_eq!(provider("https://id.example", json!({ "cid": "c", "ver": 1 })), Provider::Okta);
        assert_eq!(provider("https://t.eu.auth0.com/", none()), Provider::Auth0);
        assert_eq!(
            provider("https://login.example/", json!({ "gty": "client-credentials" })),
            Provider::Auth0
        );
        assert_eq!(provider("https://sso.example/realms/r", none()), Provider::Keycloak);
        assert_eq!(provider("https://sso.example", json!({ "realm_access": {} })), Provider::Keycloak);
        assert_eq!(provider("https://evilokta.com", none()), Provider::Other);
        assert_eq!(provider("nonsense", none()), Provider::Other);
    }
}
