//! Cloudflare's platform as the two workers use it: the host of the service, requests, answers, bindings.
//!
//! What only one of them does is not here: forwarding is in `edge/`, everything that writes is in `control/`.

#![cfg(target_arch = "wasm32")]

pub mod console;
pub mod crypto;
pub mod env;
pub mod host;
pub mod http;
mod kv;
pub mod question;
pub mod response;
pub mod signal;
pub mod task;
