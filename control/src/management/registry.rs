//! What belongs to no project: the routes, and the list of projects.

use cloudflare::edge::{Edge, Incoming};
use cloudflare::env::Env;
use edge_authorizer::management::Endpoint;
use edge_authorizer::{ErrorCode, Method, Routes};
use serde_json::Value;
use worker::{Response, Result};

use super::caller::Caller;
use super::reply::Reply;
use super::{caller, find, in_object, request};
use crate::objects::{Author, RegistryObject};

/// How many projects one answer has.
const PAGE: u32 = 100;

/// Answers a request in the registry's object.
pub async fn answer_for_registry(
    registry: &RegistryObject,
    env: &Env,
    request: &web_sys::Request,
) -> Result<Response> {
    in_object(env, request, registry.number(), async |edge, incoming| answer(registry, edge, incoming).await)
        .await
}

async fn answer(
    registry: &RegistryObject,
    edge: &Edge,
    incoming: &Incoming,
) -> std::result::Result<Reply, Reply> {
    let (endpoint, method) = find(incoming)?;
    let caller = caller::authenticate(edge, incoming, None).await?;
    let known = incoming.header("if-none-match");
    match (endpoint, method) {
        (Endpoint::Routes, Method::Put) => put_gateway(registry, incoming, &caller).await,
        (Endpoint::Routes, _) => {
            let document = registry.gateway()?.ok_or_else(|| Reply::refused(ErrorCode::NotFound))?;
            Ok(Reply::representation(&document, known.as_deref()))
        }
        (Endpoint::RoutesAuditLog, _) => {
            let page = registry.audit(request::before(incoming))?;
            Ok(Reply::representation(&page, known.as_deref()))
        }
        (Endpoint::Projects, _) => {
            let projects = registry.list(&incoming.parameter("after").unwrap_or_default(), PAGE)?;
            Ok(Reply::page(incoming, projects, PAGE))
        }
        _ => Err(Reply::refused(ErrorCode::NotFound)),
    }
}

async fn put_gateway(
    registry: &RegistryObject,
    incoming: &Incoming,
    caller: &Caller,
) -> std::result::Result<Reply, Reply> {
    let document = request::read_document(incoming, request::MAX_ROUTES).await?;
    let author = caller.author(incoming);
    let outcome = attempt(registry, incoming, &document, &author).await;
    if let Err(Reply::Problem { denial, .. }) = &outcome
        && !incoming.is_set("dryRun")
    {
        registry.note_refusal(&author, &document, denial.code)?;
    }
    outcome
}

async fn attempt(
    registry: &RegistryObject,
    incoming: &Incoming,
    document: &Value,
    author: &Author,
) -> std::result::Result<Reply, Reply> {
    Routes::parse(document).map_err(|faults| Reply::invalid(&faults))?;
    let current = registry.gateway()?;
    if !request::precondition(incoming).holds(current.as_ref().map(Value::to_string).as_deref()) {
        return Err(Reply::refused(ErrorCode::PreconditionFailed));
    }
    if incoming.is_set("dryRun") {
        return Ok(Reply::gateway(document, false, false));
    }
    let published = registry.put_gateway(document, current.as_ref(), author).await?;
    Ok(Reply::gateway(document, current.is_none(), published))
}
