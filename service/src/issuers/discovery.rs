//! Fetching an issuer's keys.

use std::fmt::Display;

use edge_authorizer::discovery::{self, MAX_BODY_LENGTH, MAX_NAMED_BYTES, TIMEOUT_MS};
use edge_authorizer::egress::{self, InsecureHosts};
use edge_authorizer::{FetchedKeys, Issuer, excerpt};

use crate::host::{Clock, Fetch, FetchFailure, FetchLimits, FetchRequest, Fetched};

/// Keys as an issuer publishes them.
#[derive(Debug)]
pub struct Discovered {
    /// The keys.
    pub keys: FetchedKeys,
    /// For how many seconds the answer may be cached, if it says so.
    pub cacheable: Option<f64>,
}

/// Why an issuer's keys were not fetched.
#[derive(Debug)]
pub struct NotDiscovered {
    /// For people.
    pub reason: String,
    /// After how many seconds the issuer may be asked again, if it says so.
    pub retry_after: Option<f64>,
}

impl NotDiscovered {
    /// A failure that has nothing to do with an address.
    pub fn new(reason: impl Display) -> Self {
        Self { reason: reason.to_string(), retry_after: None }
    }

    fn at(url: &str, reason: impl Display) -> Self {
        // Of a long address the beginning, so that there is room for the reason.
        Self::new(format_args!("{}: {reason}", excerpt(url, MAX_NAMED_BYTES)))
    }
}

/// The keys that `issuer` publishes now, or why they were not fetched.
pub async fn discover(
    host: &(impl Fetch + Clock),
    issuer: &Issuer,
    insecure: &InsecureHosts,
) -> Result<Discovered, NotDiscovered> {
    let insecure = &insecure.for_issuer(issuer.as_str());
    let configuration = get(host, &issuer.discovery_url(), insecure).await?;
    let jwks_uri = discovery::read_configuration(issuer, &configuration.body).map_err(NotDiscovered::new)?;
    let answer = get(host, &jwks_uri, insecure).await?;
    let keys =
        discovery::read_key_set(&answer.body).map_err(|reason| NotDiscovered::at(&jwks_uri, reason))?;
    let (cache_control, expires) = (answer.header("cache-control"), answer.header("expires"));
    Ok(Discovered { keys, cacheable: discovery::cacheable(cache_control, expires, host.now()) })
}

/// An answer with status 200.
async fn get(host: &impl Fetch, url: &str, insecure: &InsecureHosts) -> Result<Fetched, NotDiscovered> {
    egress::check(url, insecure).map_err(|forbidden| NotDiscovered::at(url, forbidden))?;
    let limits = FetchLimits { timeout_ms: TIMEOUT_MS, max_bytes: MAX_BODY_LENGTH };
    let answer = host.send(&FetchRequest::get(url), limits).await.map_err(|failure| {
        let reason = match failure {
            FetchFailure::NoAnswer => "no answer in time",
            FetchFailure::Unreachable => "cannot be reached (name, connection or TLS)",
            FetchFailure::Body => "a body that is too long, too slow or cut off",
        };
        NotDiscovered::at(url, reason)
    })?;
    if answer.status == 200 {
        return Ok(answer);
    }
    let retry_after = answer.header("retry-after").and_then(|seconds| seconds.parse::<u32>().ok());
    let failure = NotDiscovered::at(url, format_args!("status {}", answer.status));
    Err(NotDiscovered { retry_after: retry_after.map(f64::from), ..failure })
}
