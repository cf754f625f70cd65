//! Sending a permitted request on to its origin. Only a [`Permit`] opens this way.
//!
//! The path that was decided on is the path that is sent; bodies stream; redirects are the client's to follow.

use std::error::Error;
use std::iter::successors;
use std::net::IpAddr;
use std::rc::Rc;
use std::sync::Arc;

use edge_authorizer::forwarding::{ForwardingFault, is_answer};
use edge_authorizer::{Decision, ErrorCode, Permit, header_rules};
use http::header::HOST;
use http::{HeaderMap, HeaderName, HeaderValue, Method, Request, Response, StatusCode, Uri};
use http_body::Body;
use hyper::body::Incoming;
use hyper::upgrade::OnUpgrade;
use service::NotForwarded;
use service::log::request_warning;
use tokio::time::timeout;

use super::answer::{Answer, OriginAnswer};
use super::answer_headers::to_client;
use super::exchange::Exchange;
use super::host::ProxyHost;
use super::origin::Origin;
use super::origin_connection::OriginConnection;
use super::origin_headers::{Provenance, to_origin};
use super::origins::Origins;
use super::prepared_request::PreparedRequest;
use super::request_head::has_known_coding;
use super::state::Proxy;
use super::tunnel;
use super::upload::Upload;

/// The header with the assertion.
pub const ASSERTION: HeaderName = HeaderName::from_static("x-auth-assertion");

/// What of a client's request goes to the origin.
#[derive(Debug)]
pub struct Outgoing {
    /// Its headers.
    pub headers: HeaderMap,
    /// Its body.
    pub body: Incoming,
    /// The client's connection, should it be switched to another protocol.
    pub upgrade: Option<OnUpgrade>,
}

/// The request of a permit as the origin of its route gets it, with an assertion if there is one.
pub fn prepare<H: ProxyHost>(
    proxy: &Proxy<H>,
    decision: &Decision,
    permit: &Permit,
    method: &str,
) -> Result<Rc<PreparedRequest>, NotForwarded> {
    let prepare = |is_known| PreparedRequest::new(&proxy.host, &proxy.origins, decision, permit, is_known);
    proxy.prepared.get_or_prepare(decision, permit, method, prepare)
}

/// Sends a request to its origin. The answer is as the client gets it.
pub async fn forward<H: ProxyHost>(
    exchange: &Exchange<'_, H>,
    prepared: &PreparedRequest,
    outgoing: Outgoing,
    assertion: Option<Arc<str>>,
) -> Result<Response<Answer>, NotForwarded> {
    let Outgoing { mut headers, body, upgrade } = outgoing;
    let head = &exchange.head;
    let is_read = matches!(head.method, Method::GET | Method::HEAD);
    if is_read && !body.is_end_stream() {
        return Err(ForwardingFault::Body.into());
    }
    let provenance = provenance(exchange);
    let is_upgrade =
        to_origin(&mut headers, &prepared.rules, &mut exchange.proxy.names.borrow_mut(), provenance)?;
    if let Some(assertion) = assertion.and_then(|text| HeaderValue::from_str(&text).ok()) {
        headers.insert(ASSERTION, assertion);
    }
    headers.insert(HOST, prepared.origin.host.clone());
    let mut request = Request::new(Upload((!body.is_end_stream()).then_some(body)));
    *request.method_mut() = head.method.clone();
    *request.uri_mut() = head.uri.path_and_query().cloned().map(Uri::from).unwrap_or_default();
    *request.headers_mut() = headers;
    let (origins, origin) = (&exchange.proxy.origins, &prepared.origin);
    let failed = |reason: &str| {
        let origin = origin.host.to_str().unwrap_or_default();
        request_warning(&exchange.proxy.host, &exchange.id, "origin_failed", origin, reason);
        ErrorCode::OriginUnreachable
    };
    let place = origins.take_place(origin).map_err(|reason| {
        let is_due = exchange.proxy.crowded.is_due();
        if is_due { failed(&reason) } else { ErrorCode::OriginUnreachable }
    })?;
    let sent = timeout(prepared.timeout, send(origins, origin, request)).await;
    let sent = sent.map_err(|_| ErrorCode::OriginTimeout)?;
    let (response, mut connection) = sent.map_err(|reason| failed(&reason))?;
    connection.place = Some(place);
    if !is_answer(response.status().as_u16(), is_upgrade) {
        return Err(failed(&format!("its answer has the status {}", response.status().as_u16())).into());
    }
    if !has_known_coding(response.headers()) {
        return Err(failed("its answer has an unknown `Transfer-Encoding`").into());
    }
    if response.status() == StatusCode::SWITCHING_PROTOCOLS {
        return switch(exchange, response, connection, upgrade);
    }
    let (mut parts, body) = response.into_parts();
    to_client(&mut parts.headers, prepared.cors.as_ref(), &exchange.id_header());
    let body = Answer::Origins(OriginAnswer::new(body, origin.clone(), connection));
    let mut answer = Response::new(body);
    (*answer.status_mut(), *answer.headers_mut()) = (parts.status, parts.headers);
    Ok(answer)
}

/// What the origin is told of a request.
pub fn provenance<'e, H: ProxyHost>(exchange: &'e Exchange<'_, H>) -> Provenance<'e> {
    Provenance {
        method: &exchange.head.method,
        address: address_header(exchange.address),
        authority: exchange.head.authority.clone().filter(is_host),
        scheme: exchange.head.scheme(),
        id: exchange.id_header(),
    }
}

fn is_host(authority: &HeaderValue) -> bool {
    authority.to_str().is_ok_and(header_rules::is_host)
}

/// The address as a header's value.
fn address_header(address: IpAddr) -> HeaderValue {
    // An address is printable.
    HeaderValue::from_str(&address.to_string()).unwrap_or_else(|_| HeaderValue::from_static(""))
}

/// Sends a request on a connection that is kept, or on a new one. One that turns out to be closed is replaced only if
/// nothing of the request was sent: an origin never gets one twice. The error says what went wrong.
async fn send(
    origins: &Origins,
    origin: &Origin,
    mut request: Request<Upload>,
) -> Result<(Response<Incoming>, OriginConnection), String> {
    while let Some(mut kept) = origin.take() {
        match kept.send(request).await {
            Ok(response) => return Ok((response, kept)),
            Err(mut error) => request = error.take_message().ok_or_else(|| chain(error.error()))?,
        }
    }
    let mut connection = origins.connect(origin).await.map_err(|error| chain(&error))?;
    let response = connection.send(request).await.map_err(|error| chain(error.error()))?;
    Ok((response, connection))
}

/// An error with its causes.
fn chain(error: &(dyn Error + 'static)) -> String {
    let causes = successors(Some(error), |&error| error.source());
    causes.map(ToString::to_string).collect::<Vec<_>>().join(": ")
}

/// Switches both connections to the protocol that the client and the origin agreed on.
fn switch<H: ProxyHost>(
    exchange: &Exchange<'_, H>,
    response: Response<Incoming>,
    connection: OriginConnection,
    upgrade: Option<OnUpgrade>,
) -> Result<Response<Answer>, NotForwarded> {
    let upgrade = upgrade.ok_or(ErrorCode::OriginUnreachable)?;
    let answer = tunnel::handshake(&response, &exchange.id_header()).ok_or(ErrorCode::OriginUnreachable)?;
    exchange.client.tunnel.replace(Some(tunnel::open(upgrade, response, connection)));
    Ok(answer)
}
