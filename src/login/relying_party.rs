//! The gateway as a client of the OpenID Provider.

use crate::accounts::PublicUrl;
use crate::login::federation::Federation;
use crate::login::provider_metadata::{ProviderMetadata, SELECT_ACCOUNT};

/// Where the provider sends users back after they signed in.
pub const CALLBACK_PATH: &str = "/auth/federation-callback";

/// Where the provider sends users after they signed out.
pub const SIGNED_OUT_PATH: &str = "/auth/signed-out";

/// Where the provider says that a session ended.
pub const BACKCHANNEL_LOGOUT_PATH: &str = "/auth/backchannel-logout";

/// The gateway as a client of the provider: all requests are made and all answers are judged for one.
#[derive(Clone, Copy, Debug)]
pub struct RelyingParty<'r> {
    pub(super) federation: &'r Federation,
    pub(super) provider: &'r ProviderMetadata,
    pub(super) public_url: &'r PublicUrl,
}

/// The metadata is of another provider than the configured one.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
#[error("the metadata is of another issuer than the configured one")]
pub struct OtherProvider;

impl<'r> RelyingParty<'r> {
    /// The client of a configured provider.
    pub fn new(
        federation: &'r Federation,
        provider: &'r ProviderMetadata,
        public_url: &'r PublicUrl,
    ) -> Result<Self, OtherProvider> {
        let is_its_own = federation.issuer() == provider.issuer;
        if is_its_own { Ok(Self { federation, provider, public_url }) } else { Err(OtherProvider) }
    }

    /// The gateway's client id at the provider.
    pub(super) fn client_id(&self) -> &'r str {
        self.federation.client_id()
    }

    /// The `prompt` of an authorization request (OpenID Connect Core 1.0, section 3.1.2.1), also of a user who wants another account
    /// than the one that is signed in. `login` is what each provider has to know.
    pub(super) fn prompt(&self, selects_account: bool) -> Option<&'r str> {
        let configured = self.federation.prompt();
        match (self.provider.selects_account(), configured) {
            _ if !selects_account => configured,
            (true, None) => Some(SELECT_ACCOUNT),
            (false, None) => Some("login"),
            // Some providers give refresh tokens only after it (OpenID Connect Core 1.0, section 11).
            (true, Some("consent")) => Some("select_account consent"),
            (false, Some("consent")) => Some("login consent"),
            (_, Some(_)) => configured,
        }
    }

    /// Where the provider sends users back.
    pub(super) fn redirect_uri(&self) -> String {
        format!("{}{CALLBACK_PATH}", self.public_url)
    }
}

#[cfg(test)]
pub mod tests {
    use super::*;
    use crate::login::federation_change::tests::{federation, offline_federation};
    use crate::login::provider_metadata::tests::metadata;

    /// A relying party for tests.
    pub fn with_party<T>(
        change: impl FnOnce(&mut ProviderMetadata),
        test: impl FnOnce(RelyingParty<'_>) -> T,
    ) -> T {
        let (federation, mut provider) = (federation(), metadata());
        change(&mut provider);
        let public_url = PublicUrl::try_from("https://gateway.example.com").unwrap();
        test(RelyingParty::new(&federation, &provider, &public_url).unwrap())
    }

    /// One that requests `offline_access`.
    pub fn with_offline_party<T>(test: impl FnOnce(RelyingParty<'_>) -> T) -> T {
        let (federation, provider) = (offline_federation(), metadata());
        let public_url = PublicUrl::try_from("https://gateway.example.com").unwrap();
        test(RelyingParty::new(&federation, &provider, &public_url).unwrap())
    }

    #[test]
    fn metadata_is_that_of_the_configured_provider() {
        let (federation, mut provider) = (federation(), metadata());
        let public_url = PublicUrl::try_from("https://gateway.example.com").unwrap();
        assert!(RelyingParty::new(&federation, &provider, &public_url).is_ok());
        provider.issuer.push('/');
        assert_eq!(RelyingParty::new(&federation, &provider, &public_url).err(), Some(OtherProvider));
    }
}
