//! The resources of the login at the company's OpenID Provider, and their methods.

use crate::http::method::Method;

/// A resource of the federation.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum FederationEndpoint {
    /// `/federation`: the configuration.
    Configuration,
    /// `/federation/client-metadata`: the gateway as a client of the provider.
    ClientMetadata,
    /// `/federation/test`: where a login with the draft is tried.
    Test,
    /// `/federation/refused-logins`: the logins that were refused.
    RefusedLogins,
}

impl FederationEndpoint {
    /// The resource of that path.
    pub(super) fn named(segments: &[&str]) -> Option<Self> {
        match *segments {
            ["federation"] => Some(Self::Configuration),
            ["federation", "client-metadata"] => Some(Self::ClientMetadata),
            ["federation", "test"] => Some(Self::Test),
            ["federation", "refused-logins"] => Some(Self::RefusedLogins),
            _ => None,
        }
    }

    /// The template of its path below the API's.
    pub(super) fn template(self) -> &'static str {
        match self {
            Self::Configuration => "/federation",
            Self::ClientMetadata => "/federation/client-metadata",
            Self::Test => "/federation/test",
            Self::RefusedLogins => "/federation/refused-logins",
        }
    }

    /// The resource's methods, in alphabetical order.
    pub(super) fn methods(self) -> &'static [Method] {
        use Method::{Delete, Get, Head, Post, Put};
        match self {
            Self::Configuration => &[Delete, Get, Head, Put],
            Self::ClientMetadata | Self::RefusedLogins => &[Get, Head],
            Self::Test => &[Post],
        }
    }
}
