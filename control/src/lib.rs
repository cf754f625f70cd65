//! The control plane at Cloudflare: the management API, the Durable Objects, the keys of issuers, and publication to KV.
//!
//! Clients reach it through the edge only. [`handle`] answers what the edge hands over, [`reply`] what the edge itself asks.

mod asset;
mod discover;
mod handler;
mod management;
mod objects;
mod publish;

use cloudflare::edge::{Arrival, Incoming};
use cloudflare::env::{Context, Env};
use cloudflare::http;
use wasm_bindgen::JsValue;
use wasm_bindgen::prelude::wasm_bindgen;
use web_sys::{Request, Response};

/// Answers a client's request that the edge handed over.
#[wasm_bindgen]
pub async fn handle(
    arrival: Arrival,
    method: String,
    url: String,
    authorization: Option<String>,
    env: Env,
    context: Context,
) -> Result<JsValue, JsValue> {
    let incoming = Incoming { arrival, method, url, authorization, began: http::now() };
    handler::handle(incoming, env, context).await
}

/// Answers a question of the edge.
#[wasm_bindgen]
pub async fn reply(request: Request, env: Env) -> Result<Response, JsValue> {
    handler::reply(&request, &env).await
}
