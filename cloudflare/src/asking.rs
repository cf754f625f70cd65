//! One question to an issuer's object, and the requests that wait for its answer.
//!
//! A request may only go on in its own context of the runtime. So each waits for a promise of its own; that another
//! request fulfils it, workerd hands over (its compatibility flag `handle_cross_request_promise_resolution`).

use std::cell::RefCell;
use std::sync::Arc;

use edge_authorizer::{KeyRecord, NumericDate, ProjectId, Unavailable};
use js_sys::{Promise, Set};
use wasm_bindgen::JsValue;
use wasm_bindgen::prelude::wasm_bindgen;

use crate::http;

/// The keys, and whether the object's last attempt to fetch them failed.
pub type Answer = Result<(Option<Arc<KeyRecord>>, bool), Unavailable>;

/// How long a request waits, in seconds: longer than a fetch may take.
pub const PATIENCE: f64 = 15.0;

/// The most requests of a project that wait. More are refused, which frees what they hold; those whose client has gone are
/// none.
const MAX_WAITERS: u32 = 1500;

#[wasm_bindgen(module = "/src/asking.js")]
extern "C" {
    fn has_room(project: &str, most: u32) -> bool;
    fn wait(waiters: &Set, project: &str, seconds: f64) -> Promise;
    fn wake(waiters: &Set);
}

/// A question that is put.
pub struct Asking {
    /// When it was put.
    pub began: NumericDate,
    answer: RefCell<Option<Answer>>,
    waiters: Set,
}

impl Asking {
    /// One that is put at `began`.
    pub fn new(began: NumericDate) -> Self {
        Self { began, answer: RefCell::default(), waiters: Set::new(&JsValue::UNDEFINED) }
    }

    /// Waits for the answer, for a request of `project`. Where it does not come in time, or too many wait, there is none.
    pub async fn answer(&self, project: &ProjectId) -> Answer {
        if self.answer.borrow().is_none() && has_room(project.as_str(), MAX_WAITERS) {
            let _in_time_or_not = http::wait(wait(&self.waiters, project.as_str(), PATIENCE)).await;
        }
        self.answer.borrow().clone().unwrap_or(Err(Unavailable))
    }

    /// Gives the answer to all that wait.
    pub fn finish(&self, answer: Answer) {
        self.answer.replace(Some(answer));
        wake(&self.waiters);
    }
}
