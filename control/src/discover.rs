//! Fetching an issuer's keys.

use std::fmt::Display;

use cloudflare::env::Env;
use cloudflare::http;
use edge_authorizer::discovery::{self, MAX_BODY_LENGTH, MAX_NAMED_BYTES, TIMEOUT_MS};
use edge_authorizer::egress::{self, InsecureHosts};
use edge_authorizer::excerpt;
use edge_authorizer::{FetchedKeys, Issuer};
use js_sys::Date;
use wasm_bindgen::JsCast;
use web_sys::{AbortSignal, RequestInit, RequestRedirect, Response};

/// Keys as an issuer publishes them.
pub struct Found {
    /// The keys.
    pub published: FetchedKeys,
    /// For how many seconds the answer may be cached, if it says so.
    pub cacheable: Option<f64>,
}

/// Why keys cannot be had.
pub struct Failure {
    /// For people.
    pub reason: String,
    /// After how many seconds the issuer wants to be asked again, if it says so.
    pub retry_after: Option<f64>,
}

impl Failure {
    fn new(url: &str, reason: impl Display) -> Self {
        // Of a long address the beginning, so that there is room for the reason.
        Self { reason: format!("{}: {reason}", excerpt(url, MAX_NAMED_BYTES)), retry_after: None }
    }
}

/// The hosts of `INSECURE_ISSUER_HOSTS`, which may be fetched in spite of the rules.
pub fn insecure_hosts(env: &Env) -> InsecureHosts {
    InsecureHosts::parse(&env.text("INSECURE_ISSUER_HOSTS").unwrap_or_default())
}

/// The keys that `issuer` publishes now, or why they cannot be had.
pub async fn keys(issuer: &Issuer, insecure: &InsecureHosts) -> Result<Found, Failure> {
    let insecure = &insecure.for_issuer(issuer.as_str());
    let url = issuer.discovery_url();
    let (configuration, _) = get(&url, insecure).await?;
    let jwks_uri = discovery::read_configuration(issuer, &configuration)
        .map_err(|reason| Failure { reason: reason.to_string(), retry_after: None })?;
    let (key_set, response) = get(&jwks_uri, insecure).await?;
    let published = discovery::read_key_set(&key_set).map_err(|reason| Failure::new(&jwks_uri, reason))?;
    Ok(Found { published, cacheable: cacheable(&response) })
}

/// The body of an answer with status 200, within the limits for time and size. Redirects are not followed.
async fn get(url: &str, insecure: &InsecureHosts) -> Result<(Vec<u8>, Response), Failure> {
    egress::check(url, insecure).map_err(|forbidden| Failure::new(url, forbidden))?;
    let init = RequestInit::new();
    init.set_redirect(RequestRedirect::Manual);
    // The signal ends the reading of the body too.
    init.set_signal(Some(&AbortSignal::timeout_with_u32(TIMEOUT_MS)));
    let answer = http::wait(http::scope().fetch_with_str_and_init(url, &init)).await;
    let response: Response =
        answer.and_then(JsCast::dyn_into).map_err(|_| Failure::new(url, "no answer in time"))?;
    if response.status() != 200 {
        let retry_after = header(&response, "retry-after").and_then(|seconds| seconds.parse::<u32>().ok());
        let failure = Failure::new(url, format_args!("status {}", response.status()));
        return Err(Failure { retry_after: retry_after.map(f64::from), ..failure });
    }
    let body = response.body().ok_or_else(|| Failure::new(url, "no body"))?;
    let bytes = http::read_at_most(&body, MAX_BODY_LENGTH).await;
    let bytes = bytes.ok_or_else(|| Failure::new(url, "a body that is too long, too slow or cut off"))?;
    Ok((bytes, response))
}

/// `Cache-Control` counts before `Expires` (RFC 9111, section 5.3).
fn cacheable(response: &Response) -> Option<f64> {
    let by_control = header(response, "cache-control").and_then(|header| discovery::max_age(&header));
    by_control.or_else(|| {
        let expires = Date::parse(&header(response, "expires")?) / 1000.0;
        // What is no date has expired.
        Some(if expires.is_nan() { 0.0 } else { expires - http::now().as_seconds() })
    })
}

fn header(response: &Response, name: &str) -> Option<String> {
    response.headers().get(name).ok().flatten()
}
