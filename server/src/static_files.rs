//! Static files, which are part of the program: the API's description and the page.

use bytes::Bytes;
use edge_authorizer::management::{etag, is_known};
use edge_authorizer::{Denial, ErrorCode};
use http::header::{CONTENT_TYPE, ETAG, HeaderName, HeaderValue, LOCATION};
use http::{Response, StatusCode};
use http_body_util::Full;
use service::http::{Request, problem, read_only};

use crate::http_answer::into_http;

/// Paths and contents.
const FILES: &[(&str, &[u8])] = include!(concat!(env!("OUT_DIR"), "/files.rs"));

/// The headers of files below folders, in the form that Cloudflare reads.
const HEADERS: &str = include_str!("../../www/_headers");

/// Answers a request for a static file.
pub fn answer(request: &Request) -> Response<Full<Bytes>> {
    if !matches!(&*request.method, "GET" | "HEAD") {
        return into_http(read_only(&request.id));
    }
    // The page's folder has one spelling, so that its links work.
    if request.path == "/inspector" || request.path == "/inspector/keys" {
        return redirect(&format!("{}/", request.path));
    }
    let path = if request.path.ends_with('/') {
        format!("{}index.html", request.path)
    } else {
        request.path.clone()
    };
    match FILES.iter().find(|(name, _)| *name == path) {
        Some((_, content)) => file(request, &path, content),
        None => into_http(problem(&Denial { code: ErrorCode::RouteNotFound, realm: None }, &request.id)),
    }
}

/// The description of the API.
pub fn openapi() -> &'static [u8] {
    FILES.iter().find(|(path, _)| *path == "/openapi.json").map_or(&[], |(_, content)| content)
}

fn file(request: &Request, path: &str, content: &'static [u8]) -> Response<Full<Bytes>> {
    let tag = etag(content);
    let is_known = request.header("if-none-match").is_some_and(|list| is_known(&list, &tag));
    let mut response = Response::new(Full::from(if is_known { &[] } else { content }));
    if is_known {
        *response.status_mut() = StatusCode::NOT_MODIFIED;
    }
    let headers = response.headers_mut();
    headers.insert(CONTENT_TYPE, HeaderValue::from_static(media_type(path)));
    if let Ok(tag) = HeaderValue::try_from(tag) {
        headers.insert(ETAG, tag);
    }
    for (name, value) in headers_of(&request.path) {
        if let (Ok(name), Ok(value)) = (HeaderName::try_from(name), HeaderValue::try_from(value)) {
            headers.insert(name, value);
        }
    }
    response
}

fn redirect(path: &str) -> Response<Full<Bytes>> {
    let mut response = Response::new(Full::default());
    *response.status_mut() = StatusCode::TEMPORARY_REDIRECT;
    if let Ok(path) = HeaderValue::try_from(path) {
        response.headers_mut().insert(LOCATION, path);
    }
    response
}

/// What `_headers` says of a path: rules begin with a path, which may end with `*`, and have a header in each further line.
fn headers_of(path: &str) -> Vec<(&'static str, &'static str)> {
    let mut applies = false;
    let mut headers = Vec::new();
    for line in HEADERS.lines().filter(|line| !line.is_empty() && !line.starts_with('#')) {
        if let Some(header) = line.strip_prefix(' ') {
            headers.extend(header.trim().split_once(": ").filter(|_| applies));
        } else {
            applies = line.strip_suffix('*').map_or(path == line, |folder| path.starts_with(folder));
        }
    }
    headers
}

fn media_type(path: &str) -> &'static str {
    match path.rsplit_once('.').map_or("", |(_, extension)| extension) {
        "html" => "text/html; charset=utf-8",
        "js" => "text/javascript; charset=utf-8",
        "css" => "text/css; charset=utf-8",
        "json" => "application/json",
        "svg" => "image/svg+xml",
        "wasm" => "application/wasm",
        _ => "application/octet-stream",
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn headers_are_those_of_all_rules_that_apply() {
        let names = |path| headers_of(path).into_iter().map(|(name, _)| name).collect::<Vec<_>>();
        assert_eq!(names("/openapi.json"), [""; 0]);
        assert!(names("/inspector/app.js").contains(&"X-Content-Type-Options"));
        assert!(names("/inspector/").contains(&"Content-Security-Policy"));
        assert!(!names("/inspector/app.js").contains(&"Content-Security-Policy"));
    }

    #[test]
    fn the_description_of_the_api_is_there() {
        assert!(FILES.iter().any(|(path, _)| *path == "/openapi.json"));
    }
}
