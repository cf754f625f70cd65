//! The headers that a client gets of an origin's answer.

use edge_authorizer::forwarding::{HOST_WIDE, passes_to_client};
use edge_authorizer::header_rules::fold;
use http::header::{
    CONNECTION, CONTENT_LENGTH, Entry, PROXY_AUTHENTICATE, SET_COOKIE, TE, TRANSFER_ENCODING, UPGRADE,
};
use http::{HeaderMap, HeaderName, HeaderValue};

use super::origin_headers::REQUEST_ID;
use super::request_headers::{joined, text};

/// Names and values of the headers by which the route's `cors` governs an answer.
pub type CorsHeaders = Vec<(HeaderName, HeaderValue)>;

/// Changes the headers of an origin's answer to those that the client gets.
pub fn to_client(headers: &mut HeaderMap, cors: Option<&CorsHeaders>, id: &HeaderValue) {
    keep_hop(headers);
    keep_own_cookies(headers);
    keep_host(headers);
    headers.insert(REQUEST_ID, id.clone());
    if let Some(cors) = cors {
        govern(headers, cors);
    }
}

/// Removes what is of the hop to the origin alone (RFC 9110, section 7.6.1).
fn keep_hop(headers: &mut HeaderMap) {
    if let Some(options) = joined(headers, &CONNECTION, ",") {
        let named: Vec<_> = options.split(',').filter_map(|name| name.trim().parse().ok()).collect();
        let named =
            named.into_iter().filter(|name: &HeaderName| !fold(name.as_str()).starts_with("content-"));
        named.for_each(|name| drop(headers.remove(name)));
    }
    // Of two lengths or two framings, what hyper went by is in the body.
    if headers.contains_key(TRANSFER_ENCODING) || headers.get_all(CONTENT_LENGTH).iter().nth(1).is_some() {
        headers.remove(CONTENT_LENGTH);
    }
    for name in [CONNECTION, TRANSFER_ENCODING, UPGRADE, TE] {
        headers.remove(name);
    }
    for name in ["keep-alive", "proxy-connection"] {
        headers.remove(name);
    }
}

/// Keeps an origin from setting the gateway's cookies.
fn keep_own_cookies(headers: &mut HeaderMap) {
    let passes = |value: &HeaderValue| passes_to_client(SET_COOKIE.as_str(), &text(value));
    if headers.get_all(SET_COOKIE).iter().all(passes) {
        return;
    }
    let Entry::Occupied(entry) = headers.entry(SET_COOKIE) else { return };
    let (_, all) = entry.remove_entry_mult();
    let kept: Vec<_> = all.filter(passes).collect();
    for value in kept {
        headers.append(SET_COOKIE, value);
    }
}

/// Removes what would govern the whole host.
fn keep_host(headers: &mut HeaderMap) {
    for name in HOST_WIDE {
        headers.remove(name);
    }
}

/// Replaces what an answer says of pages of other origins by what the route's `cors` says.
pub fn govern(headers: &mut HeaderMap, cors: &CorsHeaders) {
    remove_family(headers, "access-control-");
    for (name, value) in cors {
        // `vary` adds to what the origin says; the others are gone by now.
        headers.append(name, value.clone());
    }
}

/// Removes from trailers what the gateway itself says in headers.
pub fn keep_from_client(trailers: &mut HeaderMap) {
    remove_family(trailers, "access-control-");
    keep_host(trailers);
    for name in [SET_COOKIE, REQUEST_ID, CONNECTION, TRANSFER_ENCODING, UPGRADE, TE, PROXY_AUTHENTICATE] {
        trailers.remove(name);
    }
}

fn remove_family(headers: &mut HeaderMap, family: &str) {
    let named: Vec<_> = headers.keys().filter(|name| name.as_str().starts_with(family)).cloned().collect();
    for name in named {
        headers.remove(name);
    }
}
