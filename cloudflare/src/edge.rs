//! What a request has around it, and the request itself.

use std::rc::Rc;

use edge_authorizer::{NumericDate, Target};
use wasm_bindgen::JsValue;
use wasm_bindgen::prelude::wasm_bindgen;
use web_sys::{Headers, Request};

use crate::env::{Context, Env};
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

#[wasm_bindgen]
extern "C" {
    /// A request as `worker.js` took it apart: `{request, headers, method, url}`.
    pub type Arrival;

    /// The request itself.
    #[wasm_bindgen(method, getter)]
    pub fn request(this: &Arrival) -> Request;

    #[wasm_bindgen(method, getter)]
    fn headers(this: &Arrival) -> Headers;
}

/// A client's request.
pub struct Incoming {
    /// As the platform hands it over.
    pub arrival: Arrival,
    /// Its method.
    pub method: String,
    /// Its URL, nothing resolved.
    pub url: String,
    /// Its `Authorization` header.
    pub authorization: Option<String>,
    /// When it came.
    pub began: NumericDate,
}

impl Incoming {
    /// What it asks for, nothing resolved.
    pub fn target(&self) -> Target<'_> {
        Target::split(&self.url)
    }

    /// The value of a header, several of the name joined by commas.
    pub fn header(&self, name: &str) -> Option<String> {
        self.arrival.headers().get(name).ok().flatten()
    }

    /// The parameters of the query.
    pub fn parameters(&self) -> form_urlencoded::Parse<'_> {
        form_urlencoded::parse(self.target().query.strip_prefix('?').unwrap_or_default().as_bytes())
    }

    /// The value of a parameter of the query.
    pub fn parameter(&self, name: &str) -> Option<String> {
        self.parameters().find(|(key, _)| key == name).map(|(_, value)| value.into_owned())
    }

    /// Whether a parameter of the query is `true`.
    pub fn is_set(&self, name: &str) -> bool {
        self.parameter(name).as_deref() == Some("true")
    }

    /// Whether the method is GET or HEAD: it asks for something and brings nothing.
    pub fn is_read(&self) -> bool {
        matches!(&*self.method, "GET" | "HEAD")
    }
}
