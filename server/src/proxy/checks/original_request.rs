//! The request that a check is about, as its client sent it to the proxy.

use http::header::{CONTENT_LENGTH, HOST, SEC_WEBSOCKET_VERSION, TRANSFER_ENCODING, UPGRADE};
use http::{HeaderMap, HeaderName, HeaderValue, Method, Request, Uri};

use super::messages::HttpRequest;

const FORWARDED_HOST: HeaderName = HeaderName::from_static("x-forwarded-host");

/// Method and target, as Caddy and Traefik name them.
const FORWARDED: [HeaderName; 2] =
    [HeaderName::from_static("x-forwarded-method"), HeaderName::from_static("x-forwarded-uri")];

/// The same, as is the custom with nginx.
const ORIGINAL: [HeaderName; 2] =
    [HeaderName::from_static("x-original-method"), HeaderName::from_static("x-original-uri")];

/// Why the request that a check is about is not known.
type Unknown = &'static str;

/// The request that the headers of a check describe. All that does so must be there once: what a proxy does not send, its
/// client could.
pub fn from_headers(mut headers: HeaderMap) -> Result<Request<()>, Unknown> {
    let has_any = |names: &[HeaderName; 2]| names.iter().any(|name| headers.contains_key(name));
    let [method, uri] = match (has_any(&FORWARDED), has_any(&ORIGINAL)) {
        (true, false) => FORWARDED,
        (false, true) => ORIGINAL,
        (true, true) => return Err("both `X-Forwarded-…` and `X-Original-…` name a method or a URI"),
        (false, false) => return Err("no `X-Forwarded-Method` and `X-Forwarded-Uri`"),
    };
    let method = take_single(&mut headers, &method)?;
    let uri = take_single(&mut headers, &uri)?;
    let host = take_single(&mut headers, &FORWARDED_HOST)?;
    // They are of the check.
    for name in [CONTENT_LENGTH, TRANSFER_ENCODING] {
        headers.remove(name);
    }
    // Some proxies do not pass `Upgrade` on, but a browser's WebSocket has this one, too.
    if headers.contains_key(SEC_WEBSOCKET_VERSION) {
        headers.insert(UPGRADE, HeaderValue::from_static("websocket"));
    }
    headers.insert(HOST, host);
    request(method.as_bytes(), uri.as_bytes(), headers)
}

/// The request that Envoy describes. It has to name all headers: those that it keeps to itself would reach the origin unseen.
pub fn from_envoy(http: &HttpRequest) -> Result<Request<()>, Unknown> {
    if http.headers.get(":path") != Some(&http.path) {
        return Err("headers are left out, by `allowed_headers` or `encode_raw_headers`");
    }
    let mut headers = HeaderMap::new();
    for (name, value) in http.headers.iter().filter(|(name, _)| !name.starts_with(':')) {
        let name = HeaderName::from_bytes(name.as_bytes()).map_err(|_| "the name of a header")?;
        headers.append(name, HeaderValue::from_str(value).map_err(|_| "the value of a header")?);
    }
    let host = HeaderValue::from_str(&http.host).map_err(|_| "the host")?;
    headers.insert(HOST, host);
    request(http.method.as_bytes(), http.path.as_bytes(), headers)
}

fn take_single(headers: &mut HeaderMap, name: &HeaderName) -> Result<HeaderValue, Unknown> {
    let missing = "a header that describes the request is missing, or there several times";
    if headers.get_all(name).iter().nth(1).is_some() {
        return Err(missing);
    }
    headers.remove(name).ok_or(missing)
}

fn request(method: &[u8], uri: &[u8], headers: HeaderMap) -> Result<Request<()>, Unknown> {
    // The crate `http` cuts a target at `#`, but the proxy sends it on as it is.
    if !uri.starts_with(b"/") || uri.contains(&b'#') {
        return Err("the original URI does not begin with `/`, or has a `#`");
    }
    let mut request = Request::new(());
    *request.method_mut() = Method::from_bytes(method).map_err(|_| "the original method is none")?;
    *request.uri_mut() = Uri::try_from(uri).map_err(|_| "the original URI is none")?;
    *request.headers_mut() = headers;
    Ok(request)
}
