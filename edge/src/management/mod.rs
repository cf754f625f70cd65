//! The management API over HTTP: who may do what with which resource, and what comes back.

mod caller;
mod keys;
mod project;
mod reply;
mod request;

use edge_authorizer::management::{Change, Endpoint, NoEndpoint, Precondition, read_project};
use edge_authorizer::{Code, Gateway, Method, RequestPath, Unavailable};
use serde_json::{Value, json};
use web_sys::Response;
use worker::Result;

use self::caller::Caller;
use self::reply::Reply;
use crate::edge::{Edge, Incoming};
use crate::objects::{FromProject, FromRegistry, ToProject, ToRegistry, ask_project, ask_registry};
use crate::{log, store};

/// How many projects one answer has.
const PAGE: u32 = 100;

/// How many entries of an audit log one answer has. Each can be as large as three bodies.
const AUDIT_PAGE: u32 = 20;

/// Answers a request to the management API.
pub async fn handle(edge: &Edge, incoming: &Incoming<'_>) -> Result<Response> {
    let reply = match answer(edge, incoming).await {
        Ok(reply) | Err(reply) => reply,
    };
    log::management(&incoming.id, &incoming.request.method(), incoming.target.path, reply.status());
    Ok(reply.into_response(&incoming.id)?)
}

async fn answer(edge: &Edge, incoming: &Incoming<'_>) -> std::result::Result<Reply, Reply> {
    let path =
        RequestPath::try_from(incoming.target.path).map_err(|_| Reply::refused(Code::PathAmbiguous))?;
    let (endpoint, method) =
        Endpoint::find(&path, &incoming.request.method()).map_err(|none| match none {
            NoEndpoint::Unknown => Reply::refused(Code::NotFound),
            NoEndpoint::Method(methods) => Reply::method_not_allowed(methods),
        })?;
    let caller = caller::authenticate(edge, incoming, endpoint.owned_project()).await?;
    if matches!(method, Method::Get | Method::Head) {
        return read(edge, incoming, &endpoint).await;
    }
    let document = match method {
        _ if !endpoint.takes_document(method) => Value::Null,
        _ => request::read_document(incoming).await?,
    };
    write(edge, incoming, &endpoint, method, document, &caller).await
}

async fn read(
    edge: &Edge,
    incoming: &Incoming<'_>,
    endpoint: &Endpoint,
) -> std::result::Result<Reply, Reply> {
    let representation = match endpoint {
        Endpoint::Gateway => match ask_registry(&edge.env, &ToRegistry::Gateway).await? {
            FromRegistry::Gateway(document) => document,
            _ => return Err(Unavailable.into()),
        },
        Endpoint::Projects => {
            let after = incoming.parameter("after").unwrap_or_default();
            match ask_registry(&edge.env, &ToRegistry::List { after, limit: PAGE }).await? {
                FromRegistry::Projects(projects) => return Ok(Reply::page(incoming, projects, PAGE)),
                _ => return Err(Unavailable.into()),
            }
        }
        Endpoint::AuditLog(project) => {
            let before = incoming.parameter("before").and_then(|number| number.parse().ok());
            match ask_project(&edge.env, project, &ToProject::Audit { before, limit: AUDIT_PAGE }).await? {
                FromProject::Audit { items, next } => Some(json!({ "items": items, "next": next })),
                _ => return Err(Unavailable.into()),
            }
        }
        Endpoint::Keys(id, idp) => Some(keys::describe(edge, id, idp).await?),
        Endpoint::KeysRefresh(..) | Endpoint::KeyDistrust(..) => None,
        Endpoint::Project(id) | Endpoint::Idps(id) | Endpoint::Idp(id, _) | Endpoint::IdpOrder(id) => {
            let FromProject::Project(project) = ask_project(&edge.env, id, &ToProject::Read).await? else {
                return Err(Unavailable.into());
            };
            match endpoint {
                _ if !project.exists => None,
                Endpoint::Idps(_) => Some(Value::Array(project.idps)),
                Endpoint::Idp(_, idp) => project.idp(idp).cloned(),
                Endpoint::IdpOrder(_) => Some(project.order()),
                _ => project.representation(),
            }
        }
    };
    let representation = representation.ok_or_else(|| Reply::refused(Code::NotFound))?;
    Ok(Reply::representation(&representation, incoming.header("if-none-match").as_deref()))
}

async fn write(
    edge: &Edge,
    incoming: &Incoming<'_>,
    endpoint: &Endpoint,
    method: Method,
    document: Value,
    caller: &Caller,
) -> std::result::Result<Reply, Reply> {
    let precondition = Precondition {
        if_match: incoming.header("if-match"),
        if_none_match: incoming.header("if-none-match"),
    };
    let (id, change) = match (endpoint, method) {
        (Endpoint::Gateway, _) => return put_gateway(edge, incoming, document, precondition).await,
        (Endpoint::Project(id), Method::Delete) => (id, Change::DeleteProject),
        (Endpoint::Project(id), _) => {
            (id, read_project(&document).map_err(|faults| Reply::invalid(&faults))?)
        }
        (Endpoint::Idps(id), _) => (id, Change::AddIdp { idp: document }),
        (Endpoint::Idp(id, idp), Method::Delete) => (id, Change::RemoveIdp { id: idp.clone() }),
        (Endpoint::Idp(id, idp), _) => (id, Change::ReplaceIdp { id: idp.clone(), idp: document }),
        (Endpoint::KeysRefresh(id, idp), _) => return keys::refresh(edge, id, idp).await,
        (Endpoint::KeyDistrust(id, idp, kid), Method::Delete) => (id, keys::trust(edge, id, idp, kid).await?),
        (Endpoint::KeyDistrust(id, idp, kid), _) => (id, keys::distrust(edge, id, idp, kid).await?),
        (Endpoint::IdpOrder(id), _) => (id, Change::Reorder { ids: request::read_ids(&document)? }),
        (Endpoint::Projects | Endpoint::AuditLog(_) | Endpoint::Keys(..), _) => {
            return Err(Reply::refused(Code::NotFound));
        }
    };
    project::change(edge, incoming, project::Request { id, change, precondition, caller }).await
}

async fn put_gateway(
    edge: &Edge,
    incoming: &Incoming<'_>,
    document: Value,
    precondition: Precondition,
) -> std::result::Result<Reply, Reply> {
    Gateway::parse(&document).map_err(|faults| Reply::invalid(&faults))?;
    if incoming.is_set("dryRun") {
        return Ok(Reply::gateway(&document, false, false));
    }
    let question = ToRegistry::PutGateway { document: document.clone(), precondition };
    match ask_registry(&edge.env, &question).await? {
        FromRegistry::Changed { published, created } => {
            store::remember_gateway(&document);
            Ok(Reply::gateway(&document, created, published))
        }
        FromRegistry::PreconditionFailed => Err(Reply::refused(Code::PreconditionFailed)),
        _ => Err(Unavailable.into()),
    }
}
