//! Cloudflare's platform as the two workers use it: requests, answers, bindings, KV, and the decision driven with them.
//!
//! What only one of them does is not here: forwarding is in `edge/`, everything that writes is in `control/`.

#![cfg(target_arch = "wasm32")]

pub mod answer;
mod asking;
pub mod console;
pub mod decide;
pub mod edge;
pub mod env;
pub mod host;
pub mod http;
pub mod incoming;
pub mod issuer;
mod keys;
mod kv;
pub mod log;
pub mod question;
pub mod response;
pub mod settings;
pub mod signal;
pub mod store;
pub mod task;
