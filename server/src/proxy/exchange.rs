//! A request that is being answered.

use std::net::IpAddr;

use edge_authorizer::NumericDate;
use http::HeaderValue;

use super::client::Client;
use super::host::ProxyHost;
use super::request_head::RequestHead;
use super::state::Proxy;

/// A request that is being answered.
#[derive(Debug)]
pub struct Exchange<'p, H> {
    /// The proxy.
    pub proxy: &'p Proxy<H>,
    /// Who sent it.
    pub client: &'p Client,
    /// The address from which it was sent.
    pub address: IpAddr,
    /// Its method and target.
    pub head: RequestHead,
    /// Its id.
    pub id: String,
    /// When it came.
    pub received: NumericDate,
}

impl<'p, H: ProxyHost> Exchange<'p, H> {
    /// A request that has just come.
    pub fn new(proxy: &'p Proxy<H>, client: &'p Client, address: IpAddr, head: RequestHead) -> Self {
        let (id, received) = (proxy.host.new_id(), proxy.host.now());
        Self { proxy, client, address, head, id, received }
    }
}

impl<H: ProxyHost> Exchange<'_, H> {
    /// Its id as a header's value.
    pub fn id_header(&self) -> HeaderValue {
        // A UUID is printable.
        HeaderValue::from_str(&self.id).unwrap_or_else(|_| HeaderValue::from_static(""))
    }
}
