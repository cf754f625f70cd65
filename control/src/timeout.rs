//! Promises with a time limit.

use cloudflare::http;
use js_sys::Promise;
use wasm_bindgen::JsValue;
use wasm_bindgen::prelude::wasm_bindgen;

#[wasm_bindgen(module = "/src/timeout.js")]
extern "C" {
    #[wasm_bindgen(js_name = within)]
    fn promise_within(promise: &Promise, seconds: f64) -> Promise;
}

/// Waits for a promise for `seconds` at most; then the error is `undefined`.
pub async fn within(seconds: f64, promise: &Promise) -> Result<JsValue, JsValue> {
    http::wait(promise_within(promise, seconds)).await
}
