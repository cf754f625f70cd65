//! The data plane at Cloudflare: it decides on requests and forwards them, and writes nothing.
//!
//! [`handler`] drives the core's decision, fetching what it needs, and then forwards the request or answers itself. What is for
//! the gateway's other own paths goes to the control plane.

mod control;
mod forward;
mod handler;
mod incoming;
mod prepared_request;

use cloudflare::env::{Context, Env};
use cloudflare::{http, task};
use wasm_bindgen::JsValue;
use wasm_bindgen::prelude::wasm_bindgen;

use crate::incoming::{Arrival, Incoming};

/// What `worker.js` hands a request over to; gives the answer or a promise of it.
#[wasm_bindgen]
pub fn handle(
    arrival: Arrival,
    method: String,
    url: String,
    authorization: Option<String>,
    cookie: Option<String>,
    env: Env,
    context: Context,
) -> Result<JsValue, JsValue> {
    let incoming = Incoming { arrival, method, url, authorization, cookie, began: http::now() };
    task::run(handler::handle(incoming, env, context))
}

/// What an isolate does first.
#[wasm_bindgen(start)]
pub fn start() {
    forward::learn();
    task::start();
}
