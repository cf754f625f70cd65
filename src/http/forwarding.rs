//! What of a request reaches the origin, and of its response the client.
//!
//! At the edge JavaScript applies these rules, because each header that crosses to wasm costs; `tests/forwarding.json` holds
//! both to the same results.

use crate::http::gateway_cookies;
use crate::http::header_rules::{connection_options, is_host, passing_name};

/// The most headers of a request: more take a runtime long to send.
pub const MAX_HEADERS: usize = 500;

/// What is the same for every request that a token sends along a route.
#[derive(Clone, Debug, Default)]
pub struct Forwarding {
    /// Whether the origin gets the `Authorization` header.
    pub forward_token: bool,
    /// The headers that the gateway adds, names in lower case: who calls, and what proves that the gateway sends it.
    pub added: Vec<(String, String)>,
    /// The folded name of the header that proves it, which no client may send.
    pub secret_name: Option<String>,
}

/// A client's request without its path.
#[derive(Clone, Copy, Debug)]
pub struct ClientRequest<'r> {
    /// Its method.
    pub method: &'r str,
    /// The scheme that it asked for, if it named one.
    pub scheme: Option<&'r str>,
    /// The host and port that it asked for, if it named one.
    pub authority: Option<&'r str>,
    /// Its headers, each name once and in lower case.
    pub headers: &'r [(String, String)],
    /// The address that it came from, where the host knows it.
    pub address: Option<&'r str>,
    /// Its id.
    pub id: &'r str,
    /// Whether it has a body.
    pub has_body: bool,
}

/// What the origin gets besides method, target and body.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ForwardedHeaders {
    /// The headers, names in lower case.
    pub headers: Vec<(String, String)>,
    /// Whether it is the handshake of a WebSocket (RFC 6455, section 4.1).
    pub is_upgrade: bool,
}

/// Why a request cannot be forwarded.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum ForwardingFault {
    /// GET and HEAD have no body (RFC 9110, section 9.3.1), and one that they bring is not dropped silently.
    Body,
    /// More than [`MAX_HEADERS`].
    Headers,
    /// The `Connection` header has more names than are compared with each header.
    ConnectionOptions,
}

impl ForwardingFault {
    /// What is wrong, for the client.
    pub const fn reason(self) -> &'static str {
        match self {
            Self::Body => "a body with GET or HEAD",
            Self::Headers => "more than 500 headers",
            Self::ConnectionOptions => "more than 32 names in the header `Connection`",
        }
    }
}

impl Forwarding {
    /// The headers that the origin gets.
    pub fn apply(&self, request: &ClientRequest<'_>) -> Result<ForwardedHeaders, ForwardingFault> {
        let is_read = matches!(request.method, "GET" | "HEAD");
        if is_read && request.has_body {
            return Err(ForwardingFault::Body);
        }
        if request.headers.len() > MAX_HEADERS {
            return Err(ForwardingFault::Headers);
        }
        let options = request.header("connection").map_or(Some(Vec::new()), connection_options);
        let options = options.ok_or(ForwardingFault::ConnectionOptions)?;
        let passes = |name: &str| match name {
            "authorization" if !self.forward_token => false,
            "content-length" if is_read => false,
            _ => passing_name(name).is_some_and(|folded| {
                self.secret_name.as_ref() != Some(&folded) && !options.contains(&folded)
            }),
        };
        let mut headers: Vec<_> = request.headers.iter().filter(|(name, _)| passes(name)).cloned().collect();
        for (_, value) in headers.iter_mut().filter(|(name, _)| name == "cookie") {
            *value = gateway_cookies::without_own(value).into_owned();
        }
        headers.retain(|(name, value)| name != "cookie" || !value.is_empty());
        let mut set = |name: &str, value: &str| {
            headers.retain(|(other, _)| other != name);
            headers.push((name.to_owned(), value.to_owned()));
        };
        let is_upgrade = request.is_upgrade();
        if is_upgrade {
            set("upgrade", "websocket");
        }
        for (name, value) in &self.added {
            set(name, value);
        }
        if let Some(address) = request.address {
            set("x-forwarded-for", address);
        }
        let authority = request.authority.or_else(|| request.header("host"));
        if let Some(authority) = authority.filter(|authority| is_host(authority)) {
            set("x-forwarded-host", authority);
        }
        set("x-forwarded-proto", &request.scheme.unwrap_or("http").to_ascii_lowercase());
        set("x-request-id", request.id);
        Ok(ForwardedHeaders { headers, is_upgrade })
    }
}

impl ClientRequest<'_> {
    fn header(&self, name: &str) -> Option<&str> {
        self.headers.iter().find(|(other, _)| other == name).map(|(_, value)| value.as_str())
    }

    /// The one upgrade that passes: a runtime makes a GET of it, so it has to be decided on as one.
    fn is_upgrade(&self) -> bool {
        let upgrade = self.header("upgrade").filter(|_| self.method == "GET");
        upgrade.is_some_and(|protocol| protocol.eq_ignore_ascii_case("websocket"))
    }
}

/// Headers of a response by which a page governs its whole host, and so the gateway's own pages and other origins' behind it: what the
/// browser keeps, to whom it reports each address that it opens (with the links of mails), for which paths a service worker answers,
/// and from where else the host is served. No origin is the whole host.
pub const HOST_WIDE: [&str; 5] = ["alt-svc", "clear-site-data", "nel", "report-to", "service-worker-allowed"];

/// Whether the client gets a header of an origin's response: none that sets a cookie of the gateway or governs the whole host.
pub fn passes_to_client(name: &str, value: &str) -> bool {
    !HOST_WIDE.contains(&name) && (name != "set-cookie" || !gateway_cookies::sets_own(value))
}

/// Whether an origin's response with this status is an answer. An interim one (RFC 9110, section 15.2) is none, but for the
/// end of a handshake that was asked for; a status outside 100 to 599 is invalid (section 15).
pub fn is_answer(status: u16, is_upgrade: bool) -> bool {
    (200..600).contains(&status) || (status == 101 && is_upgrade)
}
