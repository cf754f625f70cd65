//! KV namespaces: texts by key, to read. Only the control plane writes.

use js_sys::Promise;
use wasm_bindgen::JsValue;
use wasm_bindgen::prelude::wasm_bindgen;

use crate::http;

#[wasm_bindgen]
extern "C" {
    /// A namespace, as it is bound.
    pub type Namespace;

    #[wasm_bindgen(method, catch, js_name = get)]
    fn promise_to_get(this: &Namespace, key: &str) -> Result<Promise, JsValue>;
}

impl Namespace {
    /// What is there, if anything is.
    pub async fn get(&self, key: &str) -> Result<Option<String>, JsValue> {
        Ok(http::wait(self.promise_to_get(key)?).await?.as_string())
    }
}
