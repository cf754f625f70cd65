//! A client's request.

use edge_authorizer::users::{BrowserHeaders, PresentedSession};
use edge_authorizer::{NumericDate, Target};
use wasm_bindgen::prelude::wasm_bindgen;
use web_sys::{Headers, Request};

#[wasm_bindgen]
extern "C" {
    /// A request as `worker.js` took it apart: `{request, headers, method, url}`.
    pub type Arrival;

    /// The request itself.
    #[wasm_bindgen(method, getter)]
    pub fn request(this: &Arrival) -> Request;

    /// Its headers.
    #[wasm_bindgen(method, getter)]
    pub fn headers(this: &Arrival) -> Headers;
}

/// A client's request.
pub struct Incoming {
    /// As the platform hands it over.
    pub arrival: Arrival,
    /// Its method.
    pub method: String,
    /// Its URL, nothing resolved.
    pub url: String,
    /// Its `Authorization` header.
    pub authorization: Option<String>,
    /// Its `Cookie` header, if it has no `Authorization`.
    pub cookie: Option<String>,
    /// When it came.
    pub began: NumericDate,
}

impl Incoming {
    /// What it asks for, nothing resolved.
    pub fn target(&self) -> Target<'_> {
        Target::split(&self.url)
    }

    /// The value of a header, several of the name joined by commas.
    pub fn header(&self, name: &str) -> Option<String> {
        self.arrival.headers().get(name).ok().flatten()
    }

    /// The session that it presents.
    pub fn session(&self) -> Option<PresentedSession> {
        let header = |name: &str| if name == "cookie" { self.cookie.clone() } else { self.header(name) };
        PresentedSession::read(&self.method, &self.target(), &header)
    }

    /// Whether a person opens a page by it.
    pub fn is_navigation(&self) -> bool {
        let [mode, site, accept] =
            ["sec-fetch-mode", "sec-fetch-site", "accept"].map(|name| self.header(name));
        let (fetch_mode, fetch_site, accept) = (mode.as_deref(), site.as_deref(), accept.as_deref());
        BrowserHeaders { fetch_mode, fetch_site, accept, origin: None }.is_navigation(&self.method)
    }

    /// The request as its log line shows it, with its id.
    pub fn for_log(&self, id: String) -> service::http::Request {
        let (method, path) = (self.method.clone(), self.target().path.to_owned());
        let (address, received) = (self.header("cf-connecting-ip"), self.began);
        service::http::Request {
            method,
            path,
            query: String::new(),
            headers: Vec::new(),
            address,
            id,
            received,
        }
    }

    /// Whether the method is GET or HEAD: it asks for something and brings nothing.
    pub fn is_read(&self) -> bool {
        matches!(&*self.method, "GET" | "HEAD")
    }
}
