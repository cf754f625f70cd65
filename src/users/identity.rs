//! Who a person is at an OpenID Provider.

use serde::{Deserialize, Serialize};

/// Who a person is at an OpenID Provider: the `iss` and `sub` of their ID Tokens, compared character by character (OpenID Connect
/// Core 1.0, section 5.7).
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
pub struct ProviderIdentity {
    /// The issuer.
    pub iss: String,
    /// The subject there.
    pub sub: String,
}

impl ProviderIdentity {
    /// The one text of both, by which a user is found. An issuer is a URL, which has no line break.
    pub fn key(&self) -> String {
        [&*self.iss, "\n", &self.sub].concat()
    }
}
