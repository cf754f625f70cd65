//! What the proxy requires of the thread it runs on.

use std::net::IpAddr;
use std::sync::Arc;

use bytes::Bytes;
use http::{Request, Response};
use http_body_util::Full;
use hyper::body::Incoming;
use rustls::{ClientConfig, ServerConfig};
use service::DataPlane;
use service::host::{AssertionHost, DataHost, Tasks};

use super::trusted_proxies::TrustedProxies;

/// A thread of the data plane.
pub trait ProxyHost: DataHost + AssertionHost + 'static {
    /// What decides on requests.
    fn plane(&self) -> &DataPlane<<Self as Tasks>::Signal>;

    /// The value of a secret for origins.
    fn secret(&self, binding: &str) -> Option<String>;

    /// Which certificates of origins are trusted.
    fn tls(&self) -> Arc<ClientConfig>;

    /// How clients' connections are secured, if they are.
    fn listener_tls(&self) -> Option<Arc<ServerConfig>>;

    /// Whose `X-Forwarded-For` counts.
    fn trusted_proxies(&self) -> TrustedProxies;

    /// Whether trusted proxies begin clients' connections with headers of the PROXY protocol. Then no others are served.
    fn has_proxy_headers(&self) -> bool;

    /// Has the control plane answer a request to one of the gateway's own paths, which came from `address`.
    fn answer_own(
        &self,
        request: Request<Incoming>,
        address: IpAddr,
    ) -> impl Future<Output = Response<Full<Bytes>>>;
}
