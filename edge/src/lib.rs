//! The edge authorizer as a Cloudflare Worker: the only place that knows the platform.
//!
//! [`handler`] drives the core's decision, fetching what it asks for, and then forwards the request or answers itself.

mod answer;
mod asking;
mod asset;
mod decide;
mod discover;
mod edge;
mod forward;
mod handler;
mod http;
mod keys;
mod kv;
mod log;
mod management;
mod objects;
mod settings;
mod store;
mod task;

use wasm_bindgen::JsValue;
use wasm_bindgen::prelude::wasm_bindgen;
use worker::{Context, Env, worker_sys};

use crate::edge::{Arrival, Incoming};

/// What `worker.js` hands a request over to; gives the answer or a promise of it.
#[wasm_bindgen]
pub fn handle(
    arrival: Arrival,
    method: String,
    url: String,
    authorization: Option<String>,
    env: Env,
    context: worker_sys::Context,
) -> Result<JsValue, JsValue> {
    let incoming = Incoming { arrival, method, url, authorization, began: http::now() };
    task::run(handler::handle(incoming, env, Context::new(context)))
}

/// What an isolate does first.
#[wasm_bindgen(start)]
pub fn start() {
    forward::learn();
    task::start();
}
