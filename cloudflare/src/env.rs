//! What the platform gives a worker: its bindings, and where work goes on after an answer.
//!
//! Bound here and not by the `worker` crate, whose classes and start-up code the edge would load without using them.

use js_sys::Promise;
use wasm_bindgen::prelude::wasm_bindgen;
use wasm_bindgen::{JsCast, JsValue};
use web_sys::{Request, Response};

use crate::http;

#[wasm_bindgen]
extern "C" {
    /// Variables, secrets and bindings by name.
    #[derive(Clone)]
    pub type Env;

    #[wasm_bindgen(method, structural, indexing_getter)]
    fn get(this: &Env, name: &str) -> JsValue;

    /// The context of a request.
    #[derive(Clone)]
    pub type Context;

    /// Goes on with a promise after the answer.
    #[wasm_bindgen(method, catch, js_name = waitUntil)]
    pub fn wait_until(this: &Context, promise: &Promise) -> Result<(), JsValue>;

    /// What answers requests inside the platform: another worker, an object, the server of static files.
    pub type Fetcher;

    #[wasm_bindgen(method, catch, js_name = fetch)]
    fn promise_to_fetch(this: &Fetcher, request: &Request) -> Result<Promise, JsValue>;
}

impl Env {
    /// The text of a variable or a secret.
    pub fn text(&self, name: &str) -> Option<String> {
        self.get(name).as_string()
    }

    /// A binding. Where it is missing, its first use fails.
    pub fn binding<T: JsCast>(&self, name: &str) -> T {
        self.get(name).unchecked_into()
    }
}

impl Fetcher {
    /// The answer to a request.
    pub async fn fetch(&self, request: &Request) -> Result<Response, JsValue> {
        http::wait(self.promise_to_fetch(request)?).await?.dyn_into()
    }
}
