//! The client at the other end of a connection.

use std::cell::RefCell;
use std::net::IpAddr;

use http::HeaderMap;
use tokio::task::JoinHandle;

use super::request_headers::joined;
use super::trusted_proxies::TrustedProxies;

/// The client at the other end of a connection, which may be a proxy.
#[derive(Debug)]
pub struct Client {
    /// The address of the connection.
    peer: IpAddr,
    /// The scheme of the connection.
    scheme: &'static str,
    /// Whether it is a trusted proxy, which says for whom it sends.
    is_proxy: bool,
    /// What carries the bytes of the connection after it was switched to another protocol.
    pub tunnel: RefCell<Option<JoinHandle<()>>>,
}

/// For whom a request is sent.
#[derive(Clone, Debug)]
pub struct Sender {
    /// The address.
    pub address: IpAddr,
    /// The scheme by which the client sent it.
    pub scheme: &'static str,
}

impl Client {
    /// The client of a connection from `peer`.
    pub fn new(peer: IpAddr, is_tls: bool, trusted: &TrustedProxies) -> Self {
        let peer = peer.to_canonical();
        let scheme = if is_tls { "https" } else { "http" };
        Self { peer, scheme, is_proxy: trusted.contains(peer), tunnel: RefCell::default() }
    }

    /// Whether it is a trusted proxy.
    pub fn is_proxy(&self) -> bool {
        self.is_proxy
    }

    /// For whom a request with these headers is sent. Only a trusted proxy may say that it is not the client itself, and by which
    /// scheme it got the request.
    pub fn sender(&self, headers: &HeaderMap, trusted: &TrustedProxies) -> Sender {
        if !self.is_proxy {
            return Sender { address: self.peer, scheme: self.scheme };
        }
        let told = joined(headers, &http::HeaderName::from_static("x-forwarded-proto"), ",");
        let scheme = match told.as_deref() {
            Some("https") => "https",
            Some("http") => "http",
            _ => self.scheme,
        };
        Sender { address: trusted.client(self.peer, headers), scheme }
    }
}
