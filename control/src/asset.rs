//! Static files, which the platform serves to the worker: the API's description and the page.

use cloudflare::edge::Incoming;
use cloudflare::env::Env;
use cloudflare::http;
use js_sys::Promise;
use wasm_bindgen::JsValue;
use wasm_bindgen::prelude::wasm_bindgen;
use web_sys::Request;

/// Answers a request for a static file; the platform's answer where there is none is 404.
pub async fn fetch(env: &Env, incoming: &Incoming) -> Result<JsValue, JsValue> {
    let assets: Assets = env.binding("ASSETS");
    // The host does not matter, but there has to be one, which the request's own URL need not have.
    let url = format!("https://assets{}", incoming.target().path);
    http::wait(assets.fetch(&url, &incoming.arrival.request())?).await
}

#[wasm_bindgen]
extern "C" {
    /// The platform's server of static files.
    type Assets;

    #[wasm_bindgen(method, catch)]
    fn fetch(this: &Assets, url: &str, init: &Request) -> Result<Promise, JsValue>;
}
