//! Static files, which the platform serves to the worker: the API's description and the page.

use cloudflare::env::Env;
use cloudflare::http;
use js_sys::Promise;
use wasm_bindgen::JsValue;
use wasm_bindgen::prelude::wasm_bindgen;
use web_sys::Request;

/// Answers a request for the static file at `path`; the platform's answer where there is none is 404.
pub async fn fetch(env: &Env, request: &Request, path: &str) -> Result<JsValue, JsValue> {
    let assets: Assets = env.binding("ASSETS");
    // The host does not matter, but there has to be one, which the request's own URL need not have.
    http::wait(assets.fetch(&format!("https://assets{path}"), request)?).await
}

#[wasm_bindgen]
extern "C" {
    /// The platform's server of static files.
    type Assets;

    #[wasm_bindgen(method, catch)]
    fn fetch(this: &Assets, url: &str, init: &Request) -> Result<Promise, JsValue>;
}
