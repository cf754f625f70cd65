//! Answers of the service's own, in HTTP.

use service::http::Response;
use wasm_bindgen::JsValue;
use wasm_bindgen::prelude::wasm_bindgen;

/// The answer in HTTP.
pub fn respond(response: &Response) -> Result<web_sys::Response, JsValue> {
    make(response.status, &lines(&response.headers), response.body.as_deref())
}

/// The names and values of headers in turn, a line each: one text crosses sooner than many.
pub fn lines(headers: &[(impl AsRef<str>, String)]) -> String {
    let parts: Vec<_> = headers.iter().flat_map(|(name, value)| [name.as_ref(), value]).collect();
    parts.join("\n")
}

#[wasm_bindgen(module = "/src/response.js")]
extern "C" {
    #[wasm_bindgen(catch)]
    fn make(status: u16, lines: &str, body: Option<&str>) -> Result<web_sys::Response, JsValue>;
}
