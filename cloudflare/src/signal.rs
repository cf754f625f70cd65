//! Signals, for which requests wait.
//!
//! A request may go on only in its own context of the runtime. So each waits for its own promise; that another request
//! resolves it, workerd hands over (its compatibility flag `handle_cross_request_promise_resolution`).

use std::cell::Cell;

use edge_authorizer::ProjectId;
use js_sys::{Promise, Set};
use service::host::MAX_WAITERS;
use wasm_bindgen::JsValue;
use wasm_bindgen::prelude::wasm_bindgen;

use crate::http;

#[wasm_bindgen(module = "/src/signal.js")]
extern "C" {
    fn has_room(project: &str, most: u32) -> bool;
    fn wait_for(waiters: &Set, project: Option<&str>, seconds: f64) -> Promise;
    fn wake(waiters: &Set);
}

/// Something that is given once.
#[derive(Debug)]
pub struct Signal {
    is_given: Cell<bool>,
    waiters: Set,
}

impl Default for Signal {
    fn default() -> Self {
        Self { is_given: Cell::default(), waiters: Set::new(&JsValue::UNDEFINED) }
    }
}

impl Signal {
    /// Gives it to all that wait for it or will.
    pub fn give(&self) {
        self.is_given.set(true);
        wake(&self.waiters);
    }
}

/// Waits until it is given, for `seconds` at most. A request of a project waits only if there is room for it.
pub async fn wait(signal: &Signal, project: Option<&ProjectId>, seconds: f64) {
    let project = project.map(ProjectId::as_str);
    let has_room = || project.is_none_or(|project| has_room(project, MAX_WAITERS));
    if !signal.is_given.get() && has_room() {
        let _in_time_or_not = http::wait(wait_for(&signal.waiters, project, seconds)).await;
    }
}
