//! The endpoints of the gateway's own issuer.

use crate::accounts::signing_set::SigningSet;

/// An endpoint of the gateway's own issuer.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum AuthEndpoint {
    /// `/auth/.well-known/openid-configuration`, and the path that RFC 8414 (section 3.1) makes of the issuer.
    Metadata,
    /// `/auth/jwks` and `/auth/assertion-jwks`: the key sets.
    KeySet(SigningSet),
    /// `/auth/token`: the token endpoint.
    Token,
}

impl AuthEndpoint {
    /// The endpoint of a path, as sent.
    pub fn of(path: &str) -> Option<Self> {
        match path {
            "/auth/.well-known/openid-configuration" | "/.well-known/oauth-authorization-server/auth" => {
                Some(Self::Metadata)
            }
            "/auth/jwks" => Some(Self::KeySet(SigningSet::AccessTokens)),
            "/auth/assertion-jwks" => Some(Self::KeySet(SigningSet::Assertions)),
            "/auth/token" => Some(Self::Token),
            _ => None,
        }
    }
}
