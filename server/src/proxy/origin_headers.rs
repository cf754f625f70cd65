//! The headers that an origin gets: the rules of the core's `forwarding`, applied in place to those that came. `tests/forwarding.json`
//! holds this to the same results as the core and the edge.

use edge_authorizer::forwarding::{ForwardingFault, MAX_HEADERS};
use edge_authorizer::gateway_cookies::without_own;
use edge_authorizer::header_rules::{connection_options, fold};
use http::header::{
    AUTHORIZATION, CONNECTION, CONTENT_LENGTH, COOKIE, HOST, TRAILER, TRANSFER_ENCODING, UPGRADE,
};
use http::{HeaderMap, HeaderName, HeaderValue, Method};

use super::passing_names::PassingNames;
use super::request_headers::joined;

/// What is the same for every request that a token sends along a route.
#[derive(Debug, Default)]
pub struct HeaderRules {
    /// Whether the origin gets `Authorization`.
    pub forward_token: bool,
    /// What the gateway adds.
    pub added: Vec<(HeaderName, HeaderValue)>,
    /// The folded name of the header that proves the gateway to the origin, which no client may send.
    pub secret_name: Option<String>,
}

/// What the origin is told of this very request.
#[derive(Debug)]
pub struct Provenance<'r> {
    /// The method.
    pub method: &'r Method,
    /// The address of the client.
    pub address: HeaderValue,
    /// The host and port that the client asked for, if they are ones.
    pub authority: Option<HeaderValue>,
    /// By which scheme.
    pub scheme: &'static str,
    /// The id of the request.
    pub id: HeaderValue,
}

const FORWARDED_FOR: HeaderName = HeaderName::from_static("x-forwarded-for");
const FORWARDED_HOST: HeaderName = HeaderName::from_static("x-forwarded-host");
const FORWARDED_PROTO: HeaderName = HeaderName::from_static("x-forwarded-proto");
/// The id of a request, in requests to origins and in all answers.
pub const REQUEST_ID: HeaderName = HeaderName::from_static("x-request-id");

/// Changes the headers of a client's request to those that the origin gets. Whether it is the handshake of a WebSocket.
pub fn to_origin(
    headers: &mut HeaderMap,
    rules: &HeaderRules,
    names: &mut PassingNames,
    request: Provenance<'_>,
) -> Result<bool, ForwardingFault> {
    if headers.len() > MAX_HEADERS {
        return Err(ForwardingFault::Headers);
    }
    let is_upgrade = is_upgrade(headers, request.method);
    let options = options(headers)?;
    let trailer = trailer(headers, rules, names, &options);
    let is_read = matches!(*request.method, Method::GET | Method::HEAD);
    let mut passes = |name: &HeaderName| match *name {
        AUTHORIZATION if !rules.forward_token => false,
        CONTENT_LENGTH if is_read => false,
        _ => names
            .get(name)
            .is_some_and(|folded| rules.admit(&folded) && !options.iter().any(|o| **o == *folded)),
    };
    let dropped: Vec<HeaderName> = headers.keys().filter(|name| !passes(name)).cloned().collect();
    for name in dropped {
        headers.remove(name);
    }
    keep_own_cookies(headers);
    if is_upgrade {
        headers.insert(CONNECTION, HeaderValue::from_static("upgrade"));
        headers.insert(UPGRADE, HeaderValue::from_static("websocket"));
    }
    if let Some(names) = trailer {
        headers.insert(TRAILER, names);
    }
    for (name, value) in &rules.added {
        headers.insert(name, value.clone());
    }
    headers.insert(FORWARDED_FOR, request.address);
    if let Some(authority) = request.authority {
        headers.insert(FORWARDED_HOST, authority);
    }
    headers.insert(FORWARDED_PROTO, HeaderValue::from_static(request.scheme));
    headers.insert(REQUEST_ID, request.id);
    Ok(is_upgrade)
}

impl HeaderRules {
    fn admit(&self, folded: &str) -> bool {
        self.secret_name.as_deref() != Some(folded)
    }
}

/// The one upgrade that passes is spelled out.
fn is_upgrade(headers: &HeaderMap, method: &Method) -> bool {
    let protocol = if method == Method::GET { joined(headers, &UPGRADE, ", ") } else { None };
    protocol.is_some_and(|protocol| protocol.eq_ignore_ascii_case("websocket"))
}

/// The folded names of the headers that are of this hop alone.
fn options(headers: &HeaderMap) -> Result<Vec<String>, ForwardingFault> {
    match joined(headers, &CONNECTION, ", ") {
        None => Ok(Vec::new()),
        Some(value) if value.eq_ignore_ascii_case("keep-alive") => Ok(Vec::new()),
        Some(value) => connection_options(&value).ok_or(ForwardingFault::ConnectionOptions),
    }
}

/// The trailers that are announced to the origin (RFC 9110, section 6.6.2): what the client announces of those that it could send
/// as headers, apart from credentials. hyper sends no others.
fn trailer(
    headers: &HeaderMap,
    rules: &HeaderRules,
    names: &mut PassingNames,
    options: &[String],
) -> Option<HeaderValue> {
    let announced = joined(headers, &TRAILER, ",").filter(|_| headers.contains_key(TRANSFER_ENCODING))?;
    let passes = |name: &&str| {
        let name = HeaderName::from_bytes(name.as_bytes()).ok().filter(|name| !is_of_head(name));
        let folded = name.and_then(|name| names.get(&name));
        folded.is_some_and(|folded| rules.admit(&folded) && !options.iter().any(|option| *option == *folded))
    };
    let kept: Vec<_> = announced.split(',').map(str::trim).filter(passes).collect();
    HeaderValue::from_str(&kept.join(", ")).ok().filter(|names| !names.is_empty())
}

/// Whether a field has no meaning after the body, or a dangerous one.
fn is_of_head(name: &HeaderName) -> bool {
    matches!(*name, AUTHORIZATION | COOKIE | CONTENT_LENGTH | HOST)
        || ["content-", "if-", "proxy-"].iter().any(|family| fold(name.as_str()).starts_with(family))
}

/// Keeps the gateway's cookies here. Several headers become one (RFC 9113, section 8.2.3), so that a cookie cannot hide between them.
fn keep_own_cookies(headers: &mut HeaderMap) {
    let Some(cookies) = joined(headers, &COOKIE, "; ") else { return };
    let kept = without_own(&cookies);
    if kept.is_empty() {
        headers.remove(COOKIE);
    } else if kept.len() != cookies.len() || headers.get_all(COOKIE).iter().nth(1).is_some() {
        let kept = HeaderValue::from_bytes(kept.as_bytes());
        // Parts of valid values make a valid value; if not, the origin gets none.
        match kept {
            Ok(kept) => drop(headers.insert(COOKIE, kept)),
            Err(_) => drop(headers.remove(COOKIE)),
        }
    }
}
