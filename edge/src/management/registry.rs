//! What belongs to no project: the routes, and the list of projects.

use edge_authorizer::management::Endpoint;
use edge_authorizer::{Code, Gateway, Method};
use serde_json::Value;
use worker::{Env, Response, Result};

use super::reply::Reply;
use super::{caller, find, in_object, request};
use crate::edge::{Edge, Incoming};
use crate::objects::RegistryObject;
use crate::store;

/// How many projects one answer has.
const PAGE: u32 = 100;

/// Answers a request in the registry's object.
pub async fn answer_for_registry(
    registry: &RegistryObject,
    env: &Env,
    request: &web_sys::Request,
) -> Result<Response> {
    in_object(env, request, async |edge, incoming| answer(registry, edge, incoming).await).await
}

async fn answer(
    registry: &RegistryObject,
    edge: &Edge,
    incoming: &Incoming,
) -> std::result::Result<Reply, Reply> {
    let (endpoint, method) = find(incoming)?;
    caller::authenticate(edge, incoming, None).await?;
    match (endpoint, method) {
        (Endpoint::Gateway, Method::Put) => put_gateway(registry, incoming).await,
        (Endpoint::Gateway, _) => {
            let document = registry.gateway()?.ok_or_else(|| Reply::refused(Code::NotFound))?;
            Ok(Reply::representation(&document, incoming.header("if-none-match").as_deref()))
        }
        (Endpoint::Projects, _) => {
            let projects = registry.list(&incoming.parameter("after").unwrap_or_default(), PAGE)?;
            Ok(Reply::page(incoming, projects, PAGE))
        }
        _ => Err(Reply::refused(Code::NotFound)),
    }
}

async fn put_gateway(registry: &RegistryObject, incoming: &Incoming) -> std::result::Result<Reply, Reply> {
    let document = request::read_document(incoming).await?;
    Gateway::parse(&document).map_err(|faults| Reply::invalid(&faults))?;
    let current = registry.gateway()?;
    if !request::precondition(incoming).holds(current.as_ref().map(Value::to_string).as_deref()) {
        return Err(Reply::refused(Code::PreconditionFailed));
    }
    if incoming.is_set("dryRun") {
        return Ok(Reply::gateway(&document, false, false));
    }
    let published = registry.put_gateway(&document).await?;
    store::remember_gateway(&document);
    Ok(Reply::gateway(&document, current.is_none(), published))
}
