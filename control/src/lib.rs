//! The control plane at Cloudflare: the service, with Durable Objects as its store and KV as its replica.
//!
//! Clients reach it through the edge only. [`handle`] answers what the edge hands over, [`reply`] what the edge itself asks.

#[macro_use]
mod capabilities;

mod asset;
mod body;
mod directory;
mod entry;
mod fetch;
mod handler;
mod host;
mod message;
mod objects;
mod plane;
mod request;
mod store;
mod timeout;
mod token_endpoint;
mod worker_host;

use cloudflare::env::{Context, Env};
use wasm_bindgen::JsValue;
use wasm_bindgen::prelude::wasm_bindgen;
use web_sys::{Request, Response};

/// Answers a client's request that the edge handed over; `url` is its target as it was sent.
#[wasm_bindgen]
pub async fn handle(request: Request, url: String, env: Env, context: Context) -> Result<JsValue, JsValue> {
    handler::handle(&request, &url, env, context).await
}

/// Answers a question of the edge.
#[wasm_bindgen]
pub async fn reply(request: Request, env: Env, context: Context) -> Result<Response, JsValue> {
    handler::reply(&request, env, context).await
}
