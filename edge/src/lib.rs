//! The edge authorizer as a Cloudflare Worker: the only place that knows the platform.
//!
//! [`handler`] drives the core's decision, fetching what it asks for, and then forwards the request or answers itself.

mod answer;
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

use std::task::{Context as TaskContext, Poll, Waker};

use wasm_bindgen::JsValue;
use wasm_bindgen::prelude::wasm_bindgen;
use wasm_bindgen_futures::future_to_promise;
use worker::{Context, Env, worker_sys};

use crate::edge::{Arrival, Incoming};

/// What `worker.js` hands a request over to; gives the answer or a promise of it.
///
/// Mostly nothing has to be waited for: then one poll comes to the end, and no promise is made here.
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
    let mut answer = Box::pin(handler::handle(incoming, env, Context::new(context)));
    match answer.as_mut().poll(&mut TaskContext::from_waker(Waker::noop())) {
        Poll::Ready(answer) => answer,
        Poll::Pending => Ok(future_to_promise(answer).into()),
    }
}

/// What an isolate does first.
#[wasm_bindgen(start)]
pub fn start() {
    forward::learn();
}
