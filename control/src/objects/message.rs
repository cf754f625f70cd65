//! Asking objects: for what they answer over HTTP, and, in JSON, what they tell each other.

use edge_authorizer::{FetchReason, RefreshSchedule, Unavailable};
use js_sys::Promise;
use serde::de::DeserializeOwned;
use serde::{Deserialize, Serialize};
use serde_json::Value;
use wasm_bindgen::prelude::wasm_bindgen;
use wasm_bindgen::{JsCast, JsValue};
use web_sys::{RequestInit, Response};
use worker::{Env, Request};

use crate::{http, log};

/// A question to an issuer's object.
#[derive(Debug, Serialize, Deserialize)]
pub enum ToIssuer {
    /// What are your keys, fetched anew if that is wanted and it is time?
    Keys(FetchReason),
    /// A project names you.
    Trusted {
        /// The project.
        project: String,
    },
    /// A project names you no more.
    Untrusted {
        /// The project.
        project: String,
    },
}

/// An issuer's object's answer.
#[derive(Debug, Serialize, Deserialize)]
pub struct FromIssuer {
    /// The last good keys, as they are stored.
    pub record: Option<Value>,
    /// What is known of their fetches.
    pub life: RefreshSchedule,
}

/// Something that the registry is told.
#[derive(Debug, Serialize, Deserialize)]
pub struct ToRegistry {
    /// A project.
    pub project: String,
    /// Whether there is one of that name.
    pub exists: bool,
    /// Its label.
    pub label: Option<Value>,
}

/// Asks an issuer's object.
pub async fn ask_issuer(env: &Env, issuer: &str, question: &ToIssuer) -> Result<FromIssuer, Unavailable> {
    let answer = ask(env, "ISSUERS", issuer, question).await?;
    serde_json::from_slice(answer.as_bytes()).map_err(|error| failed("ISSUERS", issuer, error.into()))
}

/// Tells the registry, of which there is one.
pub async fn tell_registry(env: &Env, news: &ToRegistry) -> Result<(), Unavailable> {
    ask(env, "REGISTRY", REGISTRY, news).await.map(|_| ())
}

/// What the object of a project, or the registry, publishes to KV: the text of the current snapshot or of the routes.
/// Empty where there is nothing to publish.
pub async fn published(env: &Env, binding: &str, name: &str) -> Result<String, Unavailable> {
    ask(env, binding, name, &()).await
}

/// The name of the registry's object.
pub const REGISTRY: &str = "registry";

/// The answer of an object to a request.
pub async fn send(
    env: &Env,
    binding: &str,
    name: &str,
    request: &web_sys::Request,
) -> Result<Response, Unavailable> {
    let sent = async {
        let object: Object = env.durable_object(binding)?.get_by_name(name)?.into_rpc();
        Ok(http::wait(object.fetch(request)?).await?.dyn_into()?)
    };
    sent.await.map_err(|error| failed(binding, name, error))
}

async fn ask(env: &Env, binding: &str, name: &str, question: &impl Serialize) -> Result<String, Unavailable> {
    let failed = |error| failed(binding, name, error);
    let question = serde_json::to_string(&(name, question)).map_err(|error| failed(error.into()))?;
    let init = RequestInit::new();
    init.set_method("POST");
    init.set_body(&JsValue::from_str(&question));
    let request = web_sys::Request::new_with_str_and_init(QUESTION_URL, &init);
    let response = send(env, binding, name, &request.map_err(|error| failed(error.into()))?).await?;
    let text = http::wait(response.text().map_err(|error| failed(error.into()))?).await;
    let text = text.map_err(|error| failed(error.into()))?.as_string().unwrap_or_default();
    if response.ok() { Ok(text) } else { Err(failed(text.into())) }
}

fn failed(binding: &str, name: &str, error: worker::Error) -> Unavailable {
    log::warning("object_failed", &format!("{binding}: {name}"), error);
    Unavailable
}

/// Where questions are sent. Other URLs are those of clients.
const QUESTION_URL: &str = "https://object/";

/// Whether a request to an object is a question of another part of the worker.
pub fn is_question(request: &Request) -> bool {
    request.inner().url() == QUESTION_URL
}

/// The question that a request to an object brings, and in whose name.
pub async fn receive<Q: DeserializeOwned>(request: &mut Request) -> worker::Result<(String, Q)> {
    Ok(serde_json::from_slice(request.text().await?.as_bytes())?)
}

/// The answer to it.
pub fn reply(answer: &impl Serialize) -> worker::Result<worker::Response> {
    worker::Response::ok(serde_json::to_string(answer)?)
}

#[wasm_bindgen]
extern "C" {
    /// A Durable Object from outside.
    type Object;

    #[wasm_bindgen(method, catch)]
    fn fetch(this: &Object, request: &web_sys::Request) -> Result<Promise, JsValue>;
}
