//! Asking objects: for what they answer over HTTP, and, in JSON, what they tell each other.

use cloudflare::env::{Env, Fetcher};
use cloudflare::http::reason;
use cloudflare::issuer::IssuerKeys;
use cloudflare::question::{self, failed, read_keys};
use edge_authorizer::{FetchReason, Issuer, Unavailable};
use serde::de::DeserializeOwned;
use serde::{Deserialize, Serialize};
use serde_json::Value;
use wasm_bindgen::JsValue;
use wasm_bindgen::prelude::wasm_bindgen;
use web_sys::Response;
use worker::Request;

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

/// Asks an issuer's object for its keys.
pub fn ask_for_keys(env: Env, issuer: Issuer, reason: FetchReason) -> IssuerKeys {
    Box::pin(async move {
        let answer = ask_issuer(&env, issuer.as_str(), &ToIssuer::Keys(reason)).await?;
        read_keys(issuer.as_str(), &answer)
    })
}

/// Asks an issuer's object; its answer is a [`FromIssuer`] in JSON.
pub async fn ask_issuer(env: &Env, issuer: &str, question: &ToIssuer) -> Result<String, Unavailable> {
    ask(env, "ISSUERS", issuer, question).await
}

/// Tells the registry, of which there is one.
pub async fn tell_registry(env: &Env, news: &ToRegistry) -> Result<(), Unavailable> {
    ask(env, "REGISTRY", REGISTRY, news).await.map(|_| ())
}

/// What the object of a project, or the registry, publishes to KV: the text of the current snapshot or of the routes.
/// Empty where there is nothing to publish.
pub async fn published_by(env: &Env, binding: &str, name: &str) -> Result<String, Unavailable> {
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
    let sent = async { object(env, binding, name)?.fetch(request).await };
    sent.await.map_err(|error| failed(&label(binding, name), reason(&error)))
}

async fn ask(env: &Env, binding: &str, name: &str, question: &impl Serialize) -> Result<String, Unavailable> {
    let label = label(binding, name);
    let object = object(env, binding, name).map_err(|error| failed(&label, reason(&error)))?;
    question::put(&object, &label, &(name, question)).await
}

fn object(env: &Env, binding: &str, name: &str) -> Result<Fetcher, JsValue> {
    env.binding::<Objects>(binding).by_name(name)
}

/// An object, as the log names it.
fn label(binding: &str, name: &str) -> String {
    format!("{binding}: {name}")
}

/// Whether a request to an object is a question of another part of the worker.
pub fn is_question(request: &Request) -> bool {
    request.inner().url() == question::URL
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
    /// The objects of a class.
    type Objects;

    #[wasm_bindgen(method, catch, js_name = getByName)]
    fn by_name(this: &Objects, name: &str) -> Result<Fetcher, JsValue>;
}
