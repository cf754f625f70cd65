//! The management API. The worker finds whose a request is and hands it over; the object that has the truth answers it.

mod caller;
mod change;
mod keys;
mod project;
mod registry;
mod reply;
mod request;

pub use project::answer_for_project;
pub use registry::answer_for_registry;

use edge_authorizer::management::{Endpoint, NoEndpoint};
use edge_authorizer::{Code, Method, ProjectId, RequestPath, Target, Unavailable};
use wasm_bindgen::{JsCast, JsValue};
use web_sys::Response;
use worker::{Env, Result};

use self::reply::Reply;
use crate::edge::{Edge, Incoming};
use crate::objects::{REGISTRY, send, snapshot};
use crate::settings::Settings;
use crate::{log, store};

/// The header that tells an object the id of a request.
const REQUEST_ID: &str = "x-request-id";

/// Answers a request to the management API.
pub async fn handle(edge: &Edge, incoming: &Incoming<'_>) -> Result<Response> {
    let answer = hand_over(edge, incoming).await;
    let response = answer.or_else(|reply: Reply| reply.into_response(&incoming.id))?;
    log::management(&incoming.id, &incoming.request.method(), incoming.target.path, response.status());
    Ok(response)
}

async fn hand_over(edge: &Edge, incoming: &Incoming<'_>) -> std::result::Result<Response, Reply> {
    let (endpoint, _) = find(incoming)?;
    let project = endpoint.project();
    let (binding, name) = project.map_or(("REGISTRY", REGISTRY), |project| ("PROJECTS", project.as_str()));
    let request = with_id(incoming).map_err(|_| Unavailable)?;
    let response = send(&edge.env, binding, name, &request).await?;
    if let Some(project) = project.filter(|_| !incoming.is_read() && response.ok()) {
        see_at_once(edge, project).await;
    }
    Ok(response)
}

/// The edge that has a project changed does not wait for KV.
async fn see_at_once(edge: &Edge, project: &ProjectId) {
    if let Ok(snapshot) = snapshot(&edge.env, project.as_str()).await {
        store::remember(project, Some(&*snapshot).filter(|snapshot| !snapshot.is_empty()));
    }
}

/// The request as an object gets it: with its id, and a URL that is one. On a socket of its own the worker sees a target
/// without host.
fn with_id(incoming: &Incoming<'_>) -> std::result::Result<web_sys::Request, JsValue> {
    let url = ["https://object", incoming.target.path, incoming.target.query].concat();
    let request = web_sys::Request::new_with_str_and_init(&url, incoming.request.unchecked_ref())?;
    request.headers().set(REQUEST_ID, &incoming.id)?;
    Ok(request)
}

/// The resource that a request names, with a method that it has.
fn find(incoming: &Incoming<'_>) -> std::result::Result<(Endpoint, Method), Reply> {
    let path =
        RequestPath::try_from(incoming.target.path).map_err(|_| Reply::refused(Code::PathAmbiguous))?;
    Endpoint::find(&path, &incoming.request.method()).map_err(|none| match none {
        NoEndpoint::Unknown => Reply::refused(Code::NotFound),
        NoEndpoint::Method(methods) => Reply::method_not_allowed(methods),
    })
}

/// Answers a request in an object, with what `answer` makes of it.
async fn in_object(
    env: &Env,
    request: &web_sys::Request,
    answer: impl AsyncFnOnce(&Edge, &Incoming<'_>) -> std::result::Result<Reply, Reply>,
) -> Result<worker::Response> {
    let settings = Settings::get(env).map_err(|variable| variable.0.to_owned())?;
    let edge = Edge { env: env.clone(), context: None, settings };
    let url = request.url();
    let id = request.headers().get(REQUEST_ID)?.unwrap_or_default();
    let incoming = Incoming { request, target: Target::split(&url), id };
    let reply = match answer(&edge, &incoming).await {
        Ok(reply) | Err(reply) => reply,
    };
    Ok(reply.into_response(&incoming.id)?.into())
}
