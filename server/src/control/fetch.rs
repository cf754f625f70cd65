//! Requests to other servers, each on its own connection.

use std::net::{IpAddr, SocketAddr};
use std::sync::Arc;
use std::time::Duration;

use bytes::Bytes;
use edge_authorizer::egress::{InsecureHosts, is_public};
use http::header::{ACCEPT, CONTENT_TYPE, HOST, HeaderName, HeaderValue, USER_AGENT};
use http::uri::Scheme;
use http::{Method, Uri};
use http_body_util::{BodyExt, Full, Limited};
use hyper::client::conn::http1::handshake;
use hyper_util::rt::TokioIo;
use rustls::ClientConfig;
use rustls::pki_types::ServerName;
use service::host::{FetchBody, FetchFailure, FetchLimits, FetchRequest, Fetched};
use tokio::io::{AsyncRead, AsyncWrite};
use tokio::net::{TcpStream, lookup_host};
use tokio::task::{JoinHandle, spawn_local};
use tokio::time::{Instant, timeout_at};
use tokio_rustls::TlsConnector;

use super::outgoing_proxy::OutgoingProxy;

/// Sends requests to other servers.
pub struct Client {
    tls: Arc<ClientConfig>,
    insecure_hosts: InsecureHosts,
    proxy: Option<OutgoingProxy>,
}

/// Which addresses a name may resolve to.
#[derive(Clone, Copy, PartialEq, Eq)]
pub enum Reach {
    /// Public ones, except for hosts that are exempt.
    Public,
    /// Any.
    Any,
}

/// A connection's task, which ends with this.
struct Driver(JoinHandle<()>);

impl Drop for Driver {
    fn drop(&mut self) {
        self.0.abort();
    }
}

trait Stream: AsyncRead + AsyncWrite + Unpin {}

impl<T: AsyncRead + AsyncWrite + Unpin> Stream for T {}

impl Client {
    /// A client that secures connections as `tls` says, and reaches others by the proxy if there is one.
    pub fn new(tls: Arc<ClientConfig>, insecure_hosts: InsecureHosts, proxy: Option<OutgoingProxy>) -> Self {
        Self { tls, insecure_hosts, proxy }
    }

    /// Sends a request within the limits. Redirects are not followed.
    pub async fn send(
        &self,
        request: &FetchRequest,
        limits: FetchLimits,
        reach: Reach,
    ) -> Result<Fetched, FetchFailure> {
        let end = Instant::now() + Duration::from_millis(limits.timeout_ms.into());
        let answered = timeout_at(end, self.head(request, reach)).await;
        let (response, _driver) = answered.map_err(|_| FetchFailure::NoAnswer)??;
        let (parts, body) = response.into_parts();
        let body = timeout_at(end, Limited::new(body, limits.max_bytes).collect()).await;
        let body = body.map_err(|_| FetchFailure::Body)?.map_err(|_| FetchFailure::Body)?;
        let text = |value: &HeaderValue| String::from_utf8_lossy(value.as_bytes()).into_owned();
        let headers = parts.headers.iter().map(|(name, value)| (name.as_str().to_owned(), text(value)));
        Ok(Fetched {
            status: parts.status.as_u16(),
            headers: headers.collect(),
            body: body.to_bytes().to_vec(),
        })
    }

    async fn head(
        &self,
        request: &FetchRequest,
        reach: Reach,
    ) -> Result<(http::Response<hyper::body::Incoming>, Driver), FetchFailure> {
        let uri: Uri = request.url.parse().map_err(|_| FetchFailure::Unreachable)?;
        let reach = if self.insecure_hosts.exempt(&request.url) { Reach::Any } else { reach };
        let stream = self.connect(&uri, reach).await.ok_or(FetchFailure::Unreachable)?;
        let unreachable = |_| FetchFailure::Unreachable;
        let (mut sender, connection) = handshake(TokioIo::new(stream)).await.map_err(unreachable)?;
        let driver = Driver(spawn_local(async move {
            // What went wrong, the request says.
            let _ended = connection.await;
        }));
        let outgoing = outgoing(&uri, request).ok_or(FetchFailure::Unreachable)?;
        let response = sender.send_request(outgoing).await.map_err(unreachable)?;
        Ok((response, driver))
    }

    /// Connects to the host of a URL, by the first of its addresses that accepts.
    async fn connect(&self, uri: &Uri, reach: Reach) -> Option<Box<dyn Stream>> {
        let host = uri.host()?;
        let bare = host.trim_start_matches('[').trim_end_matches(']');
        let is_secure = uri.scheme() == Some(&Scheme::HTTPS);
        let port = uri.port_u16().unwrap_or(if is_secure { 443 } else { 80 });
        if let Some(proxy) = self.proxy.as_ref().filter(|proxy| proxy.serves(uri)) {
            let mut stream = self.connect_proxy(proxy).await?;
            proxy.tunnel(&mut stream, &format!("{host}:{port}")).await?;
            return self.secure(bare, stream).await;
        }
        // An address in the URL was judged by the service.
        let addresses = match bare.parse::<IpAddr>() {
            Ok(address) => vec![SocketAddr::new(address, port)],
            Err(_) => lookup_host((bare, port)).await.ok()?.filter(|it| may_reach(reach, it)).collect(),
        };
        let stream = TcpStream::connect(&*addresses).await.ok()?;
        stream.set_nodelay(true).ok()?;
        if is_secure { self.secure(bare, Box::new(stream)).await } else { Some(Box::new(stream)) }
    }

    /// Connects to the proxy, which the operator named. It resolves the names of hosts: to which addresses, only it sees.
    async fn connect_proxy(&self, proxy: &OutgoingProxy) -> Option<Box<dyn Stream>> {
        let stream = TcpStream::connect((&*proxy.host, proxy.port)).await.ok()?;
        stream.set_nodelay(true).ok()?;
        let stream = Box::new(stream);
        if proxy.is_secure { self.secure(&proxy.host, stream).await } else { Some(stream) }
    }

    async fn secure(&self, host: &str, stream: Box<dyn Stream>) -> Option<Box<dyn Stream>> {
        let name = ServerName::try_from(host.to_owned()).ok()?;
        let stream = TlsConnector::from(self.tls.clone()).connect(name, stream).await.ok()?;
        Some(Box::new(stream))
    }
}

/// Whether an address that a name resolves to may be reached.
fn may_reach(reach: Reach, address: &SocketAddr) -> bool {
    reach == Reach::Any || is_public(address.ip())
}

fn outgoing(uri: &Uri, request: &FetchRequest) -> Option<http::Request<Full<Bytes>>> {
    let mut outgoing = http::Request::new(Full::default());
    let target = uri.path_and_query().map_or("/", |target| target.as_str());
    *outgoing.uri_mut() = target.parse().ok()?;
    let headers = outgoing.headers_mut();
    headers.insert(HOST, HeaderValue::try_from(uri.authority()?.as_str()).ok()?);
    headers.insert(ACCEPT, HeaderValue::from_static("*/*"));
    headers.insert(USER_AGENT, HeaderValue::from_static("edge-authorizer"));
    for (name, value) in &request.headers {
        headers.insert(HeaderName::try_from(*name).ok()?, HeaderValue::try_from(value).ok()?);
    }
    if let Some(body) = &request.body {
        let (media_type, text) = match body {
            FetchBody::Form(text) => ("application/x-www-form-urlencoded", text),
            FetchBody::Json(text) => ("application/json", text),
        };
        headers.insert(CONTENT_TYPE, HeaderValue::from_static(media_type));
        *outgoing.method_mut() = Method::POST;
        *outgoing.body_mut() = Full::from(text.clone());
    }
    Some(outgoing)
}
