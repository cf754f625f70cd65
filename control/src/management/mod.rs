//! The management API. The worker finds whose a request is and hands it over; the object that has the truth answers it.

mod caller;
mod change;
mod explain;
mod keys;
mod project;
mod registry;
mod reply;
mod request;

pub use project::answer_for_project;
pub use registry::answer_for_registry;

use cloudflare::edge::{Arrival, Edge, Incoming, Place};
use cloudflare::env::Env;
use cloudflare::question::{CHANGED, Question};
use cloudflare::settings::Settings;
use cloudflare::{http, log, store};
use edge_authorizer::management::{Endpoint, NoEndpoint};
use edge_authorizer::{ErrorCode, Method, ProjectId, RequestPath, Target, Unavailable};
use serde::Deserialize;
use wasm_bindgen::prelude::wasm_bindgen;
use wasm_bindgen::{JsCast, JsValue};
use web_sys::Response;
use worker::Result;

use self::reply::Reply;
use crate::objects::{REGISTRY, ask_for_keys, published_by, send};

/// The header that tells an object the id of a request.
const REQUEST_ID: &str = "x-request-id";

/// Answers a request to the management API.
pub async fn handle(edge: &Edge, incoming: &Incoming) -> std::result::Result<Response, JsValue> {
    let id = http::new_id();
    let answer = hand_over(edge, incoming, &id).await;
    let response = answer.or_else(|reply: Reply| reply.into_response(&id))?;
    let code = refused_with(&response).await;
    log::management(incoming, &id, response.status(), code.as_deref());
    Ok(response)
}

/// The code of a refusal, which is in its document.
async fn refused_with(response: &Response) -> Option<String> {
    #[derive(Deserialize)]
    struct Problem {
        code: String,
    }
    let copy = Some(response).filter(|response| response.status() >= 400)?.clone().ok()?;
    let text = http::wait(copy.text().ok()?).await.ok()?.as_string()?;
    serde_json::from_str(&text).ok().map(|Problem { code }| code)
}

async fn hand_over(edge: &Edge, incoming: &Incoming, id: &str) -> std::result::Result<Response, Reply> {
    let (endpoint, method) = find(incoming)?;
    caller::screen(edge, incoming, &endpoint).await?;
    let project = endpoint.project();
    let (binding, name) = object_of(project);
    let request = with_id(incoming, id).map_err(|_| Unavailable)?;
    let response = send(&edge.env, binding, name, &request).await?;
    if !endpoint.is_changed_by(method) || !response.ok() || incoming.is_set("dryRun") {
        return Ok(response);
    }
    with_changed(&response, project).map_err(|_| Unavailable.into())
}

/// The same answer, which tells the edge what to ask: the edge that has a project or the routes changed does not wait for KV.
fn with_changed(response: &Response, project: Option<&ProjectId>) -> std::result::Result<Response, JsValue> {
    let answer =
        Response::new_with_opt_readable_stream_and_init(response.body().as_ref(), response.unchecked_ref())?;
    let question = Question::Published(project.map(|project| project.as_str().to_owned()));
    answer.headers().set(CHANGED, &serde_json::to_string(&question).unwrap_or_default())?;
    Ok(answer)
}

/// The text that is published of a project, or of the routes. It is kept in memory here, too.
pub async fn published(env: &Env, project: Option<&ProjectId>) -> std::result::Result<String, Unavailable> {
    let (binding, name) = object_of(project);
    let stored = published_by(env, binding, name).await?;
    store::remember_published(project, &stored);
    Ok(stored)
}

/// The binding and the name of the object that has the truth: that of a project, or the registry.
fn object_of(project: Option<&ProjectId>) -> (&'static str, &str) {
    project.map_or(("REGISTRY", REGISTRY), |project| ("PROJECTS", project.as_str()))
}

/// The request as an object gets it: with its id, and a URL that is one. On a socket of its own the worker sees a target
/// without host.
fn with_id(incoming: &Incoming, id: &str) -> std::result::Result<web_sys::Request, JsValue> {
    let Target { path, query, .. } = incoming.target();
    let url = ["https://object", path, query].concat();
    let request = web_sys::Request::new_with_str_and_init(&url, incoming.arrival.request().unchecked_ref())?;
    request.headers().set(REQUEST_ID, id)?;
    Ok(request)
}

/// The resource that a request names, with a method and parameters that it has.
fn find(incoming: &Incoming) -> std::result::Result<(Endpoint, Method), Reply> {
    let path = RequestPath::try_from(incoming.target().path)
        .map_err(|_| Reply::refused(ErrorCode::PathAmbiguous))?;
    let (endpoint, method) = Endpoint::find(&path, &incoming.method).map_err(|none| match none {
        NoEndpoint::Unknown => Reply::refused(ErrorCode::NotFound),
        NoEndpoint::Method(methods) => Reply::method_not_allowed(methods),
    })?;
    if !incoming.parameters().all(|(name, value)| endpoint.takes(method, &name, &value)) {
        return Err(Reply::refused(ErrorCode::ParameterInvalid));
    }
    Ok((endpoint, method))
}

#[wasm_bindgen(inline_js = "export const arrival = (request) => ({ request, headers: request.headers });")]
extern "C" {
    fn arrival(request: &web_sys::Request) -> Arrival;
}

/// The id that the worker gave a request.
fn id_of(incoming: &Incoming) -> String {
    incoming.header(REQUEST_ID).unwrap_or_default()
}

/// Answers a request in the object of that number, with what `answer` makes of it.
async fn in_object(
    env: &Env,
    request: &web_sys::Request,
    object: u32,
    answer: impl AsyncFnOnce(&Edge, &Incoming) -> std::result::Result<Reply, Reply>,
) -> Result<worker::Response> {
    let settings = Settings::get(env).map_err(|variable| variable.0.to_owned())?;
    let edge = Edge { env: env.clone(), place: Place::Object(object), settings, ask_issuer: ask_for_keys };
    let incoming = Incoming {
        arrival: arrival(request),
        method: request.method(),
        url: request.url(),
        authorization: request.headers().get("authorization")?,
        began: http::now(),
    };
    let reply = match answer(&edge, &incoming).await {
        Ok(reply) | Err(reply) => reply,
    };
    Ok(reply.into_response(&id_of(&incoming))?.into())
}
