//! What belongs to a project.

use cloudflare::edge::{Edge, Incoming};
use cloudflare::env::Env;
use edge_authorizer::management::{Change, Endpoint, read_project};
use edge_authorizer::{ErrorCode, Method};
use serde_json::Value;
use worker::{Response, Result};

use super::caller::Caller;
use super::reply::Reply;
use super::{caller, change, explain, find, in_object, keys, request};
use crate::objects::ProjectObject;

/// Answers a request in the object of a project.
pub async fn answer_for_project(
    object: &ProjectObject,
    env: &Env,
    request: &web_sys::Request,
) -> Result<Response> {
    in_object(env, request, object.number(), async |edge, incoming| answer(object, edge, incoming).await)
        .await
}

async fn answer(
    object: &ProjectObject,
    edge: &Edge,
    incoming: &Incoming,
) -> std::result::Result<Reply, Reply> {
    let (endpoint, method) = find(incoming)?;
    let owned = endpoint.owned_project().map(|id| (id, object));
    let caller = caller::authenticate(edge, incoming, owned).await?;
    let document = match method {
        _ if !endpoint.takes_document(method) => Value::Null,
        _ => request::read_document(incoming, request::MAX_BODY).await?,
    };
    // Reading a project takes milliseconds, so it is read where it is needed, and once.
    let (id, change) = match (&endpoint, method) {
        (Endpoint::KeysRefresh(_, idp), _) => return keys::refresh(object, edge, object.read()?, idp).await,
        (Endpoint::Explain(id), _) if object.read()?.exists => {
            return explain::explain(edge, id, object.snapshot()?, &document).await;
        }
        (_, Method::Get | Method::Head) => {
            let found = read(object, edge, incoming, &endpoint, &caller).await?;
            let found = found.ok_or_else(|| Reply::refused(ErrorCode::NotFound))?;
            return Ok(Reply::representation(&found, incoming.header("if-none-match").as_deref()));
        }
        (Endpoint::Project(id), Method::Delete) => (id, Change::DeleteProject),
        (Endpoint::Project(id), _) => {
            (id, read_project(&document).map_err(|faults| Reply::invalid(&faults))?)
        }
        (Endpoint::Idps(id), _) => (id, Change::AddIdp { idp: document }),
        (Endpoint::Idp(id, idp), Method::Delete) => (id, Change::RemoveIdp { id: idp.clone() }),
        (Endpoint::Idp(id, idp), _) => (id, Change::ReplaceIdp { id: idp.clone(), idp: document }),
        (Endpoint::KeyBlock(id, idp, kid), Method::Delete) => (id, keys::trust(&object.read()?, idp, kid)?),
        (Endpoint::KeyBlock(id, idp, kid), _) => {
            (id, keys::distrust(object, edge, object.read()?, idp, kid).await?)
        }
        (Endpoint::IdpOrder(id), _) => (id, Change::Reorder { ids: request::read_ids(&document)? }),
        _ => return Err(Reply::refused(ErrorCode::NotFound)),
    };
    change::make(object, edge, incoming, change::Request { id, change, caller: &caller }).await
}

async fn read(
    object: &ProjectObject,
    edge: &Edge,
    incoming: &Incoming,
    endpoint: &Endpoint,
    caller: &Caller,
) -> std::result::Result<Option<Value>, Reply> {
    let project = object.read()?;
    Ok(match endpoint {
        Endpoint::AuditLog(_) => {
            // What was done before the project was made again is its former owners' business.
            object.audit(request::before(incoming), matches!(caller, Caller::Owner(_)))?
        }
        _ if !project.exists => None,
        Endpoint::Idps(_) => Some(Value::Array(project.idps)),
        Endpoint::Idp(_, idp) => project.idp(idp).cloned(),
        Endpoint::IdpOrder(_) => Some(project.order()),
        Endpoint::Keys(_, idp) => Some(keys::describe(object, edge, project, idp).await?),
        _ => project.representation(),
    })
}
