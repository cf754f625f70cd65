//! Requests as the service takes them.

use cloudflare::http;
use edge_authorizer::Target;
use js_sys::Array;
use service::http::Request;
use wasm_bindgen::{JsCast, JsValue};
use web_sys::Headers;

/// A request with the target `url` and an id, as the service takes it.
pub fn read(request: &web_sys::Request, url: &str, id: String) -> Result<Request, JsValue> {
    let Target { path, query, .. } = Target::split(url);
    let headers = headers(&request.headers())?;
    let address = headers.iter().find(|(name, _)| name == "cf-connecting-ip");
    let address = address.map(|(_, value)| value.clone());
    let query = query.strip_prefix('?').unwrap_or_default().to_owned();
    let (method, path, received) = (request.method(), path.to_owned(), http::now());
    Ok(Request { method, path, query, headers, address, id, received })
}

/// Headers with their names in lower case, those of one name joined.
pub fn headers(headers: &Headers) -> Result<Vec<(String, String)>, JsValue> {
    let text = |value: JsValue| value.as_string().unwrap_or_default();
    let entries = js_sys::try_iter(headers)?.into_iter().flatten();
    entries
        .map(|entry| {
            let entry: Array = entry?.unchecked_into();
            Ok((text(entry.get(0)), text(entry.get(1))))
        })
        .collect()
}
