//! What a thread's proxy remembers.

use std::cell::RefCell;
use std::sync::Arc;

use rustls::ServerConfig;

use super::host::ProxyHost;
use super::origins::Origins;
use super::paced::Paced;
use super::passing_names::PassingNames;
use super::prepared_requests::PreparedRequests;
use super::trusted_proxies::TrustedProxies;

/// The proxy of a thread: its host, whose `X-Forwarded-For` counts, and what is kept for further requests.
#[derive(Debug)]
pub struct Proxy<H> {
    pub(super) host: H,
    pub(super) trusted: TrustedProxies,
    /// Whether clients' connections begin with headers of the PROXY protocol.
    pub(super) has_proxy_headers: bool,
    pub(super) refusals: Paced,
    /// Requests that got no place at their origin.
    pub(super) crowded: Paced,
    pub(super) tls: Option<Arc<ServerConfig>>,
    pub(super) origins: Origins,
    pub(super) prepared: PreparedRequests,
    pub(super) names: RefCell<PassingNames>,
}

impl<H: ProxyHost> Proxy<H> {
    /// A proxy that remembers nothing yet, and has so many connections to origins at most.
    pub fn new(host: H, most_to_origins: usize) -> Self {
        let (trusted, origins) = (host.trusted_proxies(), Origins::new(host.tls(), most_to_origins));
        let tls = host.listener_tls();
        Self {
            has_proxy_headers: host.has_proxy_headers(),
            refusals: Paced::default(),
            crowded: Paced::default(),
            host,
            trusted,
            tls,
            origins,
            prepared: PreparedRequests::default(),
            names: RefCell::default(),
        }
    }
}
