//! The gateway as a client of the provider, with what it needs to be one.

use edge_authorizer::login::{ClientSecret, ProviderMetadata, ProviderRequest, RelyingParty, Verification};
use edge_authorizer::{Issuer, KeyOutcome, ProjectId, Unavailable};

use super::federation_row::{CLIENT_SECRET, FederationRow};
use super::provider::send;
use super::visit::Visit;
use crate::data_plane::{PlaneResolver, SnapshotSource};
use crate::directory::Stored;
use crate::driver::Resolver;
use crate::host::{FetchBody, FetchRequest, Fetched, LoginHost};
use crate::log::warning;

/// The configured provider and the gateway's secret there.
pub struct Party<'v, H: LoginHost> {
    visit: &'v Visit<'v, H>,
    pub stored: Stored<FederationRow>,
    provider: ProviderMetadata,
    pub secret: ClientSecret,
}

impl<H: LoginHost> Visit<'_, H> {
    /// The configured provider; `None` if none is.
    pub async fn party(&self) -> Result<Option<Party<'_, H>>, Unavailable> {
        match FederationRow::load(self.host).await? {
            Some(stored) => self.party_of(stored).await.map(Some),
            None => Ok(None),
        }
    }

    /// The provider of a configuration.
    pub async fn party_of(&self, stored: Stored<FederationRow>) -> Result<Party<'_, H>, Unavailable> {
        let FederationRow { federation, provider, .. } = &stored.value;
        let insecure = &self.state.data.settings().insecure_hosts;
        let provider = self.state.provider.get(self.host, federation, provider, insecure).await?;
        let opened = self.sealing.open(self.host, CLIENT_SECRET, federation.sealed_secret()).await;
        let secret = opened.ok().flatten().and_then(|plain| ClientSecret::opened(&plain));
        let secret = secret.ok_or_else(|| {
            warning(self.host, "not_opened", "federation", "no sealing key opens the client secret");
            Unavailable
        })?;
        Ok(Party { visit: self, stored, provider, secret })
    }
}

impl<H: LoginHost> Party<'_, H> {
    /// For which requests are made and answers judged.
    pub fn relying(&self) -> Result<RelyingParty<'_>, Unavailable> {
        RelyingParty::new(&self.stored.value.federation, &self.provider, self.visit.public_url).map_err(
            |error| {
                warning(self.visit.host, "provider_failed", self.stored.value.federation.issuer(), error);
                Unavailable
            },
        )
    }

    /// The provider's answer, or why there is none.
    pub async fn send(&self, request: ProviderRequest) -> Result<Fetched, String> {
        let ProviderRequest { url, authorization, form } = request;
        let headers = vec![("authorization", authorization), ("accept", "application/json".to_owned())];
        send(self.visit.host, &FetchRequest { url, headers, body: form.map(FetchBody::Form) }).await
    }

    /// Verifies a token of the provider.
    pub async fn verify<V>(
        &self,
        mut step: Verification<'_, V>,
    ) -> Result<V, edge_authorizer::login::TokenFault> {
        let Visit { host, state, .. } = self.visit;
        let resolver = PlaneResolver { host: *host, plane: &state.data, source: SnapshotSource::Given(None) };
        let issuer = Issuer::try_from(&*self.provider.issuer);
        loop {
            step = match step {
                Verification::Done(outcome) => return outcome,
                Verification::NeedKeys(need) => {
                    let keys = match &issuer {
                        Ok(issuer) => {
                            resolver.keys(&ProjectId::platform(), issuer, need.needs_newer_keys()).await
                        }
                        Err(_) => Err(Unavailable),
                    };
                    need.resume(keys.as_deref().map_err(|Unavailable| Unavailable))
                }
                Verification::NeedCheck(need) => {
                    let outcome = resolver.verify(&need.check()).await;
                    need.resume(outcome == KeyOutcome::Verified)
                }
            }
        }
    }
}
