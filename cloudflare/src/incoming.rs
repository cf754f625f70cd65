//! A client's request.

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

/// The headers that the service reads.
const HEADERS: [&str; 4] = ["authorization", "content-type", "if-match", "if-none-match"];

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

    /// The request as the service has it, with the id that its log line has.
    pub fn to_service(&self, id: String) -> service::http::Request {
        let Target { path, query, .. } = self.target();
        let address = self.header("cf-connecting-ip");
        let query = query.strip_prefix('?').unwrap_or_default().to_owned();
        let (method, path) = (self.method.clone(), path.to_owned());
        let headers = HEADERS.into_iter().filter_map(|name| Some((name.to_owned(), self.header(name)?)));
        let (headers, received) = (headers.collect(), self.began);
        service::http::Request { method, path, query, headers, address, id, received }
    }

    /// The parameters of the query.
    pub fn parameters(&self) -> form_urlencoded::Parse<'_> {
        form_urlencoded::parse(self.target().query.strip_prefix('?').unwrap_or_default().as_bytes())
    }

    /// The value of a parameter of the query.
    pub fn parameter(&self, name: &str) -> Option<String> {
        self.parameters().find(|(key, _)| key == name).map(|(_, value)| value.into_owned())
    }

    /// Whether a parameter of the query is `true`.
    pub fn is_set(&self, name: &str) -> bool {
        self.parameter(name).as_deref() == Some("true")
    }

    /// Whether the method is GET or HEAD: it asks for something and brings nothing.
    pub fn is_read(&self) -> bool {
        matches!(&*self.method, "GET" | "HEAD")
    }
}
