//! What a request has around it, and the request itself.

use std::rc::Rc;

use wasm_bindgen::JsValue;

use crate::env::{Context, Env};
pub use crate::incoming::{Arrival, Incoming};
use crate::issuer::AskIssuer;
use crate::settings::Settings;

/// The platform's side of a request: bindings, background work, settings.
pub struct Edge {
    /// Bindings and secrets.
    pub env: Env,
    /// Where the request runs.
    pub place: Place,
    /// The worker's variables.
    pub settings: Rc<Settings>,
    /// How keys that KV lacks are asked for.
    pub ask_issuer: AskIssuer,
}

/// A context of the runtime. What waits in one can be woken from there.
pub enum Place {
    /// The worker: each request has a context of its own, in which work goes on after the answer.
    Worker(Context),
    /// An object, by its number in the isolate: all its requests have one context, and it lives on by itself.
    Object(u32),
}

impl Place {
    /// The number of the object.
    pub fn object(&self) -> Option<u32> {
        match self {
            Self::Worker(_) => None,
            Self::Object(number) => Some(*number),
        }
    }
}

impl Edge {
    /// Goes on with `work` after the answer.
    pub fn later(&self, work: impl Future<Output = ()> + 'static) {
        match &self.place {
            Place::Worker(context) => {
                let work = wasm_bindgen_futures::future_to_promise(async {
                    work.await;
                    Ok(JsValue::UNDEFINED)
                });
                // Where the context has ended, the work goes on without it as far as it gets.
                let _ended = context.wait_until(&work);
            }
            Place::Object(_) => wasm_bindgen_futures::spawn_local(work),
        }
    }
}
