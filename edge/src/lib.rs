//! The edge authorizer as a Cloudflare Worker: the only place that knows the platform.
//!
//! [`handler`] drives the core's decision, fetching what it asks for, and then forwards the request or answers itself.

mod answer;
mod decide;
mod discover;
mod edge;
mod forward;
mod handler;
mod http;
mod keys;
mod log;
mod management;
mod objects;
mod settings;
mod store;

use worker::{Context, Env, Result, event};

#[event(fetch)]
async fn fetch(request: web_sys::Request, env: Env, context: Context) -> Result<web_sys::Response> {
    handler::handle(&request, env, context).await
}
