//! An origin, and the connections to it that a thread keeps.

use std::cell::RefCell;
use std::io;
use std::sync::Arc;
use std::time::Duration;

use edge_authorizer::OriginUrl;
use http::HeaderValue;
use rustls::ClientConfig;
use rustls::pki_types::ServerName;
use tokio::time::Instant;

use super::origin_addresses::OriginAddresses;
use super::origin_connection::OriginConnection;
use super::origin_places::{Count, Counted};

/// How long a connection is kept without a request.
const IDLE: Duration = Duration::from_secs(55);

/// The most connections without a request that a thread keeps to one origin.
const MAX_IDLE: usize = 64;

/// An origin as a thread reaches it.
#[derive(Debug)]
pub struct Origin {
    /// The value of `Host`.
    pub host: HeaderValue,
    /// How many requests and tunnels it has.
    pub in_use: Count,
    addresses: OriginAddresses,
    /// The name in its certificate, and what certificates are trusted; `None` without TLS.
    tls: Option<(ServerName<'static>, Arc<ClientConfig>)>,
    /// The one used last is at the end.
    idle: RefCell<Vec<OriginConnection>>,
}

impl Origin {
    /// The origin of a URL; `None` if its host cannot be one of HTTP, which no configuration has.
    pub fn new(url: &OriginUrl, tls: &Arc<ClientConfig>) -> Option<Self> {
        let (scheme, authority) = url.as_str().split_once("://")?;
        let is_tls = scheme == "https";
        let (name, has_port) = match authority.rsplit_once(':') {
            Some((name, port)) if !port.contains(']') => (name, true),
            _ => (authority, false),
        };
        let default_port = if is_tls { ":443" } else { ":80" };
        let name_and_port = [authority, if has_port { "" } else { default_port }].concat();
        let name = name.trim_start_matches('[').trim_end_matches(']').to_owned();
        let tls = if is_tls { Some((ServerName::try_from(name).ok()?, tls.clone())) } else { None };
        let host = HeaderValue::from_str(authority).ok()?;
        let addresses = OriginAddresses::new(name_and_port);
        Some(Self { host, in_use: Count::default(), addresses, tls, idle: RefCell::default() })
    }

    /// A connection that is kept, if one is still open.
    pub fn take(&self) -> Option<OriginConnection> {
        loop {
            let kept = self.idle.borrow_mut().pop()?;
            if kept.used.elapsed() < IDLE && kept.is_open() {
                return Some(kept);
            }
        }
    }

    /// A new connection, which is counted as open.
    pub async fn connect(&self, open: Counted) -> io::Result<OriginConnection> {
        let tls = self.tls.as_ref().map(|(name, settings)| (name, settings));
        OriginConnection::open(self.addresses.connect().await?, tls, open).await
    }

    /// Keeps a connection on which an answer has ended.
    pub fn give_back(&self, mut connection: OriginConnection) {
        let mut idle = self.idle.borrow_mut();
        if idle.len() < MAX_IDLE {
            connection.used = Instant::now();
            connection.is_reused = true;
            connection.place = None;
            idle.push(connection);
        }
    }

    /// When the connection was used that was used longest ago of those without a request.
    pub fn oldest(&self) -> Option<Instant> {
        self.idle.borrow().first().map(|kept| kept.used)
    }

    /// Closes that connection.
    pub fn close_oldest(&self) {
        let mut idle = self.idle.borrow_mut();
        if !idle.is_empty() {
            idle.remove(0);
        }
    }

    /// Closes connections that were kept long enough. Whether any are left, or it is to be remembered: tunnels count, too.
    pub fn sweep(&self) -> bool {
        let mut idle = self.idle.borrow_mut();
        idle.retain(|kept| kept.used.elapsed() < IDLE && kept.is_open());
        !idle.is_empty() || self.in_use.get() > 0 || self.addresses.has_avoided()
    }
}
