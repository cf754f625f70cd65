//! The company's OpenID Provider, as it describes itself.

use std::sync::Mutex;

use edge_authorizer::egress::InsecureHosts;
use edge_authorizer::login::{Federation, ProviderMetadata};
use edge_authorizer::{Faults, Issuer, NumericDate, Unavailable};

use crate::host::{Fetch, FetchFailure, FetchLimits, FetchRequest, Fetched, LogSink};
use crate::lock::lock;
use crate::log::warning;

/// How long a description is used without fetching it again, in seconds.
const FRESH: f64 = 600.0;

/// For how long a description serves after one could not be fetched, in seconds: not each request waits for a provider that is down.
const RETRY: f64 = 30.0;

/// How long a request to the provider may take, in seconds.
pub const TIMEOUT: u32 = 5;

/// The limits of requests to the provider.
const LIMITS: FetchLimits = FetchLimits { timeout_ms: TIMEOUT * 1000, max_bytes: 256 * 1024 };

/// The description that was fetched last, and until when it is used.
#[derive(Debug, Default)]
pub struct ProviderMemory(Mutex<Option<(ProviderMetadata, NumericDate)>>);

/// Why a provider cannot be used.
#[derive(Debug)]
pub enum ProviderFault {
    /// It does not answer, or not with status 200.
    NoAnswer(String),
    /// What it says of itself is not enough.
    Faults(Faults),
}

impl ProviderMemory {
    /// The description of a configured provider. One that does not answer is used as it was.
    pub async fn get(
        &self,
        host: &(impl Fetch + LogSink),
        federation: &Federation,
        saved: &ProviderMetadata,
        insecure: &InsecureHosts,
    ) -> Result<ProviderMetadata, Unavailable> {
        let now = host.now();
        let kept = lock(&self.0).clone().filter(|(provider, _)| provider.issuer == federation.issuer());
        if let Some((provider, _)) = kept.as_ref().filter(|(_, until)| now < *until) {
            return Ok(provider.clone());
        }
        let issuer = Issuer::try_from(federation.issuer()).map_err(|_| Unavailable)?;
        let provider = match fetch_metadata(host, &issuer, insecure).await {
            Ok(provider) => provider,
            Err(ProviderFault::NoAnswer(reason)) => {
                warning(host, "provider_failed", federation.issuer(), reason);
                let provider = kept.map_or_else(|| saved.clone(), |(provider, _)| provider);
                *lock(&self.0) = Some((provider.clone(), now.plus(RETRY)));
                return Ok(provider);
            }
            Err(ProviderFault::Faults(faults)) => {
                warning(host, "provider_failed", federation.issuer(), faults);
                return Err(Unavailable);
            }
        };
        *lock(&self.0) = Some((provider.clone(), now.plus(FRESH)));
        Ok(provider)
    }
}

/// The description that a provider gives of itself now (OpenID Connect Discovery 1.0, section 4).
pub async fn fetch_metadata(
    host: &impl Fetch,
    issuer: &Issuer,
    insecure: &InsecureHosts,
) -> Result<ProviderMetadata, ProviderFault> {
    let answer =
        send(host, &FetchRequest::get(&issuer.discovery_url())).await.map_err(ProviderFault::NoAnswer)?;
    if answer.status != 200 {
        return Err(ProviderFault::NoAnswer(format!("status {}", answer.status)));
    }
    ProviderMetadata::read(issuer, &answer.body, insecure).map_err(ProviderFault::Faults)
}

/// The provider's answer, or why there is none.
pub async fn send(host: &impl Fetch, request: &FetchRequest) -> Result<Fetched, String> {
    host.send(request, LIMITS).await.map_err(|failure| {
        let reason = match failure {
            FetchFailure::NoAnswer => "no answer in time",
            FetchFailure::Unreachable => "cannot be reached (name, connection or TLS)",
            FetchFailure::Body => "a body that is too long, too slow or cut off",
        };
        reason.to_owned()
    })
}
