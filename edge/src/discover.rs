//! Fetching an issuer's keys.

use std::fmt::Display;

use edge_authorizer::Issuer;
use edge_authorizer::discovery::{self, Fetched, MAX_BODY_LENGTH, TIMEOUT_MS};
use edge_authorizer::remote::{self, InsecureHosts};
use wasm_bindgen::JsCast;
use web_sys::{AbortSignal, RequestInit, RequestRedirect, Response};

use crate::http;

/// The keys that `issuer` publishes now, or why they cannot be had.
pub async fn keys(issuer: &Issuer, insecure: &InsecureHosts) -> Result<Fetched, String> {
    let insecure = &insecure.for_issuer(issuer.as_str());
    let configuration = get(&issuer.discovery_url(), insecure).await?;
    let jwks_uri =
        discovery::read_configuration(issuer, &configuration).map_err(|reason| reason.to_string())?;
    let key_set = get(&jwks_uri, insecure).await?;
    discovery::read_key_set(&key_set, http::now()).map_err(|reason| format!("{jwks_uri}: {reason}"))
}

/// The body of an answer with status 200, within the limits for time and size. Redirects are not followed.
async fn get(url: &str, insecure: &InsecureHosts) -> Result<Vec<u8>, String> {
    let because = |reason: &dyn Display| format!("{url}: {reason}");
    remote::check(url, insecure).map_err(|forbidden| because(&forbidden))?;
    let init = RequestInit::new();
    init.set_redirect(RequestRedirect::Manual);
    // The signal ends the reading of the body too.
    init.set_signal(Some(&AbortSignal::timeout_with_u32(TIMEOUT_MS)));
    let answer = http::wait(http::scope().fetch_with_str_and_init(url, &init)).await;
    let response: Response = answer.and_then(JsCast::dyn_into).map_err(|_| because(&"no answer in time"))?;
    if response.status() != 200 {
        return Err(because(&format_args!("status {}", response.status())));
    }
    let body = response.body().ok_or_else(|| because(&"no body"))?;
    let bytes = http::read_at_most(&body, MAX_BODY_LENGTH).await;
    bytes.ok_or_else(|| because(&"a body that is too long, too slow or cut off"))
}
