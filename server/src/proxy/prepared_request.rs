//! What is the same for every request with the same token, route and method, prepared once.

use std::rc::Rc;
use std::time::Duration;

use edge_authorizer::forwarding::Forwarding;
use edge_authorizer::{Decision, Permit, ResponseHeaders};
use http::{HeaderName, HeaderValue};
use service::NotForwarded;
use service::log::decision_start;

use super::answer_headers::CorsHeaders;
use super::host::ProxyHost;
use super::origin::Origin;
use super::origin_headers::HeaderRules;
use super::origins::Origins;

/// A permit as the proxy uses it.
#[derive(Debug)]
pub struct PreparedRequest {
    /// Where the request goes.
    pub origin: Rc<Origin>,
    /// How long the origin may take to begin its answer.
    pub timeout: Duration,
    /// Which headers it gets.
    pub rules: HeaderRules,
    /// By what the route's `cors` governs the answer.
    pub cors: Option<CorsHeaders>,
    /// The start of the log line.
    pub log: String,
    /// Whether the token was evaluated for an earlier request.
    pub is_known: bool,
}

impl PreparedRequest {
    /// Prepares what a decision permits.
    pub fn new<H: ProxyHost>(
        host: &H,
        origins: &Origins,
        decision: &Decision,
        permit: &Permit,
        is_known: bool,
    ) -> Result<Self, NotForwarded> {
        let origin = &permit.route().origin;
        let timeout = Duration::from_millis(origin.timeout_ms.into());
        let forwarding = permit.forwarding(|binding| host.secret(binding))?;
        let unreachable = || NotForwarded::from(edge_authorizer::ErrorCode::OriginUnreachable);
        let origin = origins.get(&origin.url).ok_or_else(unreachable)?;
        let cors = decision.cors.as_ref().map(cors_headers);
        let (rules, log) = (HeaderRules::from(forwarding), decision_start(decision));
        Ok(Self { origin, timeout, rules, cors, log, is_known })
    }

    /// The bytes of its texts, about.
    pub fn bytes(&self) -> usize {
        let added = self.rules.added.iter().map(|(name, value)| 2 * (name.as_str().len() + value.len()));
        added.sum::<usize>() + self.log.len()
    }
}

impl From<Forwarding> for HeaderRules {
    fn from(forwarding: Forwarding) -> Self {
        let Forwarding { forward_token, added, secret_name } = forwarding;
        let added = added.iter().filter_map(|(name, value)| header(name, value)).collect();
        Self { forward_token, added, secret_name }
    }
}

/// Those headers as the proxy sends them.
pub fn cors_headers(cors: &ResponseHeaders) -> CorsHeaders {
    cors.iter().filter_map(|(name, value)| header(name, value)).collect()
}

/// A header whose characters the core has checked.
fn header(name: &str, value: &str) -> Option<(HeaderName, HeaderValue)> {
    Some((HeaderName::from_bytes(name.as_bytes()).ok()?, HeaderValue::from_str(value).ok()?))
}
