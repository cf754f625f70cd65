//! The head of a request, and which heads are refused at the door.
//!
//! hyper refuses what it cannot read by itself: a request line (but for its target, see `request_lines.rs`) or a header that is none (also a folded one), a `Content-Length` that is no
//! number or is there twice with different values, and `Transfer-Encoding` that does not end in `chunked` or comes with HTTP/1.0. With
//! `Content-Length` and `Transfer-Encoding` it goes by the latter and closes the connection (RFC 9112, section 6.3). The crate
//! `http` cuts a target at `#` before anyone sees it.

use edge_authorizer::{ErrorCode, Target, header_rules};
use http::header::{HOST, TRANSFER_ENCODING};
use http::{HeaderMap, HeaderValue, Method, Request, Uri, Version};

/// Method and target of a request.
#[derive(Debug)]
pub struct RequestHead {
    /// The method.
    pub method: Method,
    /// The target as it came; `/` if that cannot be represented.
    pub uri: Uri,
    /// The target that cannot be represented.
    unrepresentable: Option<String>,
    /// The host and port that the client asked for; `None` with HTTP/1.0 alone.
    pub authority: Option<HeaderValue>,
    /// The scheme that it asked for: that of the target, or of the connection.
    scheme: String,
}

/// Why a request is refused before anything is decided.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Unacceptable {
    /// The code of the answer.
    pub code: ErrorCode,
    /// What is wrong.
    pub reason: Option<&'static str>,
}

impl Unacceptable {
    /// A request that cannot be accepted for a reason.
    pub const fn because(reason: &'static str) -> Self {
        Self { code: ErrorCode::RequestInvalid, reason: Some(reason) }
    }
}

impl RequestHead {
    /// The head of a request that came by `scheme`.
    pub fn new<B>(request: &Request<B>, scheme: &'static str) -> Self {
        let named = request.uri().authority().and_then(|named| HeaderValue::from_str(named.as_str()).ok());
        let authority = named.or_else(|| request.headers().get(HOST).cloned());
        // With HTTP/2 each request names one, which is that of the hop to a proxy in front.
        let named = request
            .uri()
            .scheme_str()
            .filter(|named| request.version() != Version::HTTP_2 || !matches!(*named, "http" | "https"));
        let scheme = named.unwrap_or(scheme).to_ascii_lowercase();
        let (method, uri) = (request.method().clone(), request.uri().clone());
        Self { method, uri, unrepresentable: None, authority, scheme }
    }

    /// The same with the target that was sent, if the request cannot have it.
    pub fn with_target(self, unrepresentable: Option<String>) -> Self {
        Self { unrepresentable, ..self }
    }

    /// What the client asked for, nothing resolved.
    pub fn target(&self) -> Target<'_> {
        if let Some(target) = &self.unrepresentable {
            return Target::split(target);
        }
        let whole = self.uri.path_and_query().map_or("", http::uri::PathAndQuery::as_str);
        let (path, query) = whole.split_at(whole.find('?').unwrap_or(whole.len()));
        let authority = self.authority.as_ref().and_then(|authority| authority.to_str().ok());
        Target { scheme: Some(&self.scheme), authority, path, query }
    }

    /// Why the request cannot be forwarded with its target, apart from its path.
    pub fn fault(&self) -> Option<&'static str> {
        let unrepresentable = "the target has characters that have to be percent-encoded";
        self.target().fault().or(self.unrepresentable.is_some().then_some(unrepresentable))
    }

    /// The scheme as the origin is told it.
    pub fn scheme(&self) -> &'static str {
        if self.scheme == "https" { "https" } else { "http" }
    }
}

/// Refuses a request whose recipients could disagree about what it is (RFC 9112, sections 3.2, 6.1 and 11.2).
pub fn screen<B>(request: &Request<B>) -> Result<(), Unacceptable> {
    if request.method() == Method::CONNECT {
        return Err(Unacceptable { code: ErrorCode::MethodNotAllowed, reason: None });
    }
    screen_host(request.headers(), request.uri(), request.version())?;
    let coded = Unacceptable::because("a `Transfer-Encoding` other than `chunked`");
    if has_known_coding(request.headers()) { Ok(()) } else { Err(coded) }
}

/// Whether the body has no transfer coding, or only the one that hyper decodes: any other would be sent on undeclared.
pub fn has_known_coding(headers: &HeaderMap) -> bool {
    let mut codings = headers.get_all(TRANSFER_ENCODING).iter();
    match (codings.next(), codings.next()) {
        (None, _) => true,
        (Some(coding), None) => coding.as_bytes().eq_ignore_ascii_case(b"chunked"),
        (Some(_), Some(_)) => false,
    }
}

fn screen_host(headers: &HeaderMap, uri: &Uri, version: Version) -> Result<(), Unacceptable> {
    let mut hosts = headers.get_all(HOST).iter();
    let (host, second) = (hosts.next(), hosts.next());
    if second.is_some() {
        return Err(Unacceptable::because("more than one header `Host`"));
    }
    let Some(host) = host else {
        return match uri.authority() {
            // HTTP/2 has `:authority` in its place.
            Some(authority) if version == Version::HTTP_2 => {
                let invalid = Unacceptable::because("`:authority` is not a host with or without a port");
                if header_rules::is_host(authority.as_str()) { Ok(()) } else { Err(invalid) }
            }
            _ if version == Version::HTTP_10 => Ok(()),
            _ => Err(Unacceptable::because("no header `Host`")),
        };
    };
    let host = host.to_str().ok().filter(|host| header_rules::is_host(host));
    let host = host.ok_or(Unacceptable::because("the header `Host` is not a host with or without a port"))?;
    match uri.authority() {
        Some(authority) if !authority.as_str().eq_ignore_ascii_case(host) => {
            Err(Unacceptable::because("the target names another host than the header `Host`"))
        }
        _ => Ok(()),
    }
}
