//! A thread of the data plane as a host of the service.

use std::net::IpAddr;
use std::sync::Arc;

use bytes::Bytes;
use edge_authorizer::Unavailable;
use edge_authorizer::users::SessionCookie;
use http::{Request, Response};
use http_body_util::Full;
use hyper::body::Incoming;
use rustls::{ClientConfig, ServerConfig};
use service::DataPlane;
use service::host::{IssuerRequest, IssuerResponse, Issuers, SessionAnswer, SessionSource};

use crate::node::Node;
use crate::proxy::{ProxyHost, TrustedProxies};
use crate::signal::Signal;

/// A thread of the data plane. It runs in a `LocalSet`.
#[derive(Clone)]
pub struct DataThread {
    /// What all threads share.
    pub node: Arc<Node>,
}

impl Issuers for DataThread {
    async fn ask_issuer(&self, issuer: &str, request: &IssuerRequest) -> Result<IssuerResponse, Unavailable> {
        // Nothing else is the data plane's to say about an issuer.
        let IssuerRequest::Keys(reason) = request else { return Err(Unavailable) };
        self.node.control.keys(issuer, *reason).await
    }
}

impl SessionSource for DataThread {
    async fn ask_session(&self, cookie: &SessionCookie) -> SessionAnswer {
        self.node.control.session(cookie.clone()).await
    }
}

impl ProxyHost for DataThread {
    fn plane(&self) -> &DataPlane<Signal> {
        &self.node.plane
    }

    fn secret(&self, binding: &str) -> Option<String> {
        self.node.variables.origin_secret(binding)
    }

    fn tls(&self) -> Arc<ClientConfig> {
        self.node.tls.clone()
    }

    fn listener_tls(&self) -> Option<Arc<ServerConfig>> {
        self.node.listener_tls.clone()
    }

    fn trusted_proxies(&self) -> TrustedProxies {
        // The configuration was checked when the node started; without it, no one is trusted.
        let networks = self.node.variables.get("TRUSTED_PROXIES").unwrap_or_default();
        TrustedProxies::parse(&networks).unwrap_or_default()
    }

    fn has_proxy_headers(&self) -> bool {
        self.node.variables.get("PROXY_PROTOCOL").is_some()
    }

    async fn answer_own(&self, request: Request<Incoming>, address: IpAddr) -> Response<Full<Bytes>> {
        self.node.control.answer(request, Some(address)).await
    }
}

impl_node!(DataThread);
