//! Requests to objects: those of clients, and messages in JSON. Releases that run side by side exchange them, too.

use std::borrow::Cow;

use cloudflare::env::{Env, Fetcher};
use cloudflare::http::reason;
use cloudflare::question::{self, failed, request_failed};
use edge_authorizer::accounts::SigningSet;
use edge_authorizer::{ProjectId, Role, Unavailable};
use serde::de::DeserializeOwned;
use serde::{Deserialize, Serialize};
use serde_json::Value;
use service::host::{IssuerRequest, IssuerResponse, Key, Listed, RolesAdmission, SigningKeysResponse};
use service::{TokenOutcome, TokenQuestion};
use wasm_bindgen::JsValue;
use wasm_bindgen::prelude::wasm_bindgen;
use web_sys::Response;
use worker::Request;

/// The name of the registry's object.
const REGISTRY: &str = "registry";

/// The binding and the name of the directory's object.
const DIRECTORY: (&str, &str) = ("DIRECTORY", "directory");

/// A message to the registry: a project for the list, or to be taken from it.
#[derive(Debug, Serialize, Deserialize)]
pub struct ListMessage {
    /// The project.
    pub project: String,
    /// Whether it exists.
    pub exists: bool,
    /// Its label.
    pub label: Option<Value>,
}

/// A message to a project, beside the one that asks for what is published.
#[derive(Debug, Serialize, Deserialize)]
pub enum ProjectMessage<'m> {
    /// A request for a token: a client to authenticate.
    Authenticate(Cow<'m, TokenQuestion>),
    /// Roles to admit for members.
    AdmitRoles(Vec<String>),
}

/// The binding and the name of the object that has the record of a key.
fn place_of(key: &Key) -> (&'static str, &str) {
    match key {
        Key::Project(project) => ("PROJECTS", project.as_str()),
        Key::Issuer(issuer) => ("ISSUERS", issuer),
        Key::Routes => ("REGISTRY", REGISTRY),
        Key::SigningKeys(set) => ("SIGNING_KEYS", set.name()),
    }
}

/// Sends a request to the object that has an issuer's keys.
pub async fn ask_issuer(
    env: &Env,
    key: &Key,
    request: &IssuerRequest,
) -> Result<IssuerResponse, Unavailable> {
    let answer = ask(env, key, request).await?;
    serde_json::from_slice(answer.as_bytes()).map_err(|error| failed(&label(key), error))
}

/// Asks the object of a set of signing keys for them.
pub async fn ask_signing_keys(env: &Env, set: SigningSet) -> Result<SigningKeysResponse, Unavailable> {
    let key = Key::SigningKeys(set);
    let answer = ask(env, &key, &()).await?;
    serde_json::from_slice(answer.as_bytes()).map_err(|error| failed(&label(&key), error))
}

/// Puts a project into the list of projects, or takes it from there.
pub async fn list(env: &Env, project: &ProjectId, listed: Option<&Listed>) -> Result<(), Unavailable> {
    let label = listed.and_then(|listed| listed.label.clone());
    let project = project.as_str().to_owned();
    ask(env, &Key::Routes, &ListMessage { project, exists: listed.is_some(), label }).await.map(|_| ())
}

/// The text that is published of a project or of the routes; empty where there is nothing.
pub async fn published_by(env: &Env, key: &Key) -> Result<String, Unavailable> {
    ask(env, key, &()).await
}

/// Has a project's object authenticate a client.
pub async fn authenticate(
    env: &Env,
    key: &Key,
    question: &TokenQuestion,
) -> Result<TokenOutcome, Unavailable> {
    let answer = ask(env, key, &ProjectMessage::Authenticate(Cow::Borrowed(question))).await?;
    serde_json::from_slice(answer.as_bytes()).map_err(|error| failed(&label(key), error))
}

/// Has a project's object admit roles for members.
pub async fn admit_roles(
    env: &Env,
    project: &ProjectId,
    roles: &[Role],
) -> Result<RolesAdmission, Unavailable> {
    let key = Key::Project(project.clone());
    let roles = roles.iter().map(|role| role.as_str().to_owned()).collect();
    let answer = ask(env, &key, &ProjectMessage::AdmitRoles(roles)).await?;
    serde_json::from_slice(answer.as_bytes()).map_err(|error| failed(&label(&key), error))
}

/// The answer of a key's object to a client's request with that id.
pub async fn send(
    env: &Env,
    key: &Key,
    request: &web_sys::Request,
    id: &str,
) -> Result<Response, Unavailable> {
    let sent = async { object(env, key)?.fetch(request).await };
    sent.await.map_err(|error| request_failed(id, &label(key), reason(&error)))
}

async fn ask(env: &Env, key: &Key, message: &impl Serialize) -> Result<String, Unavailable> {
    let object = object(env, key).map_err(|error| failed(&label(key), reason(&error)))?;
    question::put(&object, &label(key), &(place_of(key).1, message)).await
}

/// Sends a message to the directory.
pub async fn ask_directory(env: &Env, message: &impl Serialize) -> Result<String, Unavailable> {
    let (binding, name) = DIRECTORY;
    let label = format!("{binding}: {name}");
    let object = env.binding::<Objects>(binding).by_name(name);
    let object = object.map_err(|error| failed(&label, reason(&error)))?;
    question::put(&object, &label, &(name, message)).await
}

fn object(env: &Env, key: &Key) -> Result<Fetcher, JsValue> {
    let (binding, name) = place_of(key);
    env.binding::<Objects>(binding).by_name(name)
}

/// An object, as the log names it.
fn label(key: &Key) -> String {
    let (binding, name) = place_of(key);
    format!("{binding}: {name}")
}

/// Whether a request to an object is a message. The path of a client's request is one of the management API.
pub fn is_message(request: &Request) -> bool {
    request.inner().url() == question::URL
}

/// The name to which a message was sent, and the message.
pub async fn receive<M: DeserializeOwned>(request: &mut Request) -> worker::Result<(String, M)> {
    Ok(serde_json::from_str(&request.text().await?)?)
}

#[wasm_bindgen]
extern "C" {
    /// The objects of a class.
    type Objects;

    #[wasm_bindgen(method, catch, js_name = getByName)]
    fn by_name(this: &Objects, name: &str) -> Result<Fetcher, JsValue>;
}
