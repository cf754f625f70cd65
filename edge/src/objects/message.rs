//! What the objects are asked, and what they answer: JSON over the only way that the platform has to them.

use edge_authorizer::management::{Change, Precondition, Project};
use edge_authorizer::{KeyLife, ProjectId, Unavailable, Want};
use js_sys::Promise;
use serde::de::DeserializeOwned;
use serde::{Deserialize, Serialize};
use serde_json::Value;
use wasm_bindgen::prelude::wasm_bindgen;
use wasm_bindgen::{JsCast, JsValue};
use web_sys::{RequestInit, Response};
use worker::{Env, Request};

use crate::{http, log};

/// Who asks for a change.
#[derive(Clone, Debug, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct Author {
    /// `{"idp", "subject"}`, or `"platform-admin"`.
    pub who: Value,
    /// The id of the request.
    pub request_id: String,
    /// The address that it came from, where the platform knows it.
    pub address: Option<String>,
}

/// A question to a project's object.
#[derive(Debug, Serialize, Deserialize)]
pub enum ToProject {
    /// What is there?
    Read,
    /// Change this, if the resource is as demanded.
    Change {
        /// What to change.
        change: Change,
        /// What is demanded.
        precondition: Precondition,
        /// Who asks.
        author: Author,
        /// The version of the project that the author was allowed to change; any, if there is none.
        expected: Option<u64>,
    },
    /// Note that this was refused before it came to the project.
    Note {
        /// What was to be changed.
        change: Change,
        /// Who asked.
        author: Author,
        /// The code of the refusal.
        code: String,
    },
    /// May this issuer be looked at?
    Probe {
        /// The issuer.
        issuer: String,
    },
    /// Who changed what, before the entry of that number, newest first?
    Audit {
        /// The number.
        before: Option<u64>,
        /// How many entries at most.
        limit: u32,
    },
}

/// A project's object's answer.
#[derive(Debug, Serialize, Deserialize)]
pub enum FromProject {
    /// This is there.
    Project(Project),
    /// It was changed.
    Changed {
        /// The project after it.
        project: Project,
        /// What was there before; nothing where something was created.
        before: Option<Value>,
        /// What is there now.
        after: Option<Value>,
        /// Whether the edges can see it.
        published: bool,
    },
    /// The project has changed since, or cannot be changed so any more; look at it again.
    Stale,
    /// So be it.
    Done,
    /// Too many issuers were asked for; try again after so many seconds.
    TooManyIssuers(f64),
    /// These are the entries, and the number before which the next ones are.
    Audit {
        /// The entries.
        items: Vec<Value>,
        /// The number.
        next: Option<u64>,
    },
}

/// A question to an issuer's object.
#[derive(Debug, Serialize, Deserialize)]
pub enum ToIssuer {
    /// What are your keys, fetched anew if that is wanted and it is time?
    Keys(Want),
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
    pub life: KeyLife,
}

/// A question to the registry.
#[derive(Debug, Serialize, Deserialize)]
pub enum ToRegistry {
    /// What are the routes?
    Gateway,
    /// Change the routes, if they are as demanded.
    PutGateway {
        /// The new document.
        document: Value,
        /// What is demanded.
        precondition: Precondition,
    },
    /// Which projects are there after this one?
    List {
        /// The project's name.
        after: String,
        /// How many at most.
        limit: u32,
    },
    /// There is such a project, with this label.
    Register {
        /// Its name.
        id: String,
        /// Its label.
        label: Option<Value>,
    },
    /// There is no such project any more.
    Unregister {
        /// Its name.
        id: String,
    },
}

/// The registry's answer.
#[derive(Debug, Serialize, Deserialize)]
pub enum FromRegistry {
    /// These are the routes, if there are any.
    Gateway(Option<Value>),
    /// They were changed.
    Changed {
        /// Whether the edges can see it.
        published: bool,
        /// Whether there were none before.
        created: bool,
    },
    /// They are not as demanded.
    PreconditionFailed,
    /// These are the projects, `{"id", "label"}` each.
    Projects(Vec<Value>),
    /// So be it.
    Done,
}

/// Asks a project's object.
pub async fn ask_project(
    env: &Env,
    project: &ProjectId,
    question: &ToProject,
) -> Result<FromProject, Unavailable> {
    ask(env, "PROJECTS", project.as_str(), question).await
}

/// Asks an issuer's object.
pub async fn ask_issuer(env: &Env, issuer: &str, question: &ToIssuer) -> Result<FromIssuer, Unavailable> {
    ask(env, "ISSUERS", issuer, question).await
}

/// Asks the registry, of which there is one.
pub async fn ask_registry(env: &Env, question: &ToRegistry) -> Result<FromRegistry, Unavailable> {
    ask(env, "REGISTRY", "registry", question).await
}

async fn ask<A: DeserializeOwned>(
    env: &Env,
    binding: &str,
    name: &str,
    question: &impl Serialize,
) -> Result<A, Unavailable> {
    let failed = |error: worker::Error| {
        log::warning("object_failed", &format!("{binding}: {name}"), error);
        Unavailable
    };
    let question = serde_json::to_string(&(name, question)).map_err(|error| failed(error.into()))?;
    let answer = exchange(env, binding, name, &question).await.map_err(failed)?;
    serde_json::from_slice(answer.as_bytes()).map_err(|error| failed(error.into()))
}

async fn exchange(env: &Env, binding: &str, name: &str, question: &str) -> worker::Result<String> {
    let object: Object = env.durable_object(binding)?.get_by_name(name)?.into_rpc();
    let init = RequestInit::new();
    init.set_method("POST");
    init.set_body(&JsValue::from_str(question));
    let response = http::wait(object.fetch("https://object/", &init)?).await?;
    let response: Response = response.dyn_into()?;
    Ok(http::wait(response.text()?).await?.as_string().unwrap_or_default())
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
    fn fetch(this: &Object, url: &str, init: &RequestInit) -> Result<Promise, JsValue>;
}
