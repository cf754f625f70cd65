//! What would become of a request, as the running gateway says. It is asked by its own API: so the answer has the keys and the projects
//! that it knows, and nothing else opens its database.

mod gateway;
mod not_explained;
mod unknown_project;

use edge_authorizer::inspection::{NarrativeContext, answer};
use edge_authorizer::management::{Endpoint, ExplainRequest};
use edge_authorizer::{Claims, Decision, Explanation, OwnPath, ProjectId, RequestPath, Routes, Token};
use serde_json::Value;
use tokio::runtime::Builder;
use tokio::task::LocalSet;

use crate::clock;
pub use gateway::Gateway;
pub use not_explained::NotExplained;

/// Explains the request that `document` describes, as `POST …/explain` takes and answers it.
pub fn explain(gateway: &Gateway, document: &Value) -> Result<Value, NotExplained> {
    let request = ExplainRequest::parse(document).map_err(NotExplained::Request)?;
    let runtime = Builder::new_current_thread().enable_all().build().map_err(NotExplained::Runtime)?;
    LocalSet::new().block_on(&runtime, ask(gateway, &request, document))
}

async fn ask(gateway: &Gateway, request: &ExplainRequest, document: &Value) -> Result<Value, NotExplained> {
    match OwnPath::of(&request.path) {
        Some(OwnPath::Management) => {
            let no_project = || NotExplained::NoProject(request.path.clone());
            let project = managed_project(request).ok_or_else(no_project)?;
            let answer = gateway.explain(&project, document).await?;
            answer.ok_or(NotExplained::UnknownProject(project))
        }
        Some(_) => Err(NotExplained::OwnPath(request.path.clone())),
        None => ask_for_origin(gateway, request, document).await,
    }
}

async fn ask_for_origin(
    gateway: &Gateway,
    request: &ExplainRequest,
    document: &Value,
) -> Result<Value, NotExplained> {
    let Some(routes) = gateway.routes().await? else {
        return Ok(told(&Decision::without_configuration().into(), request, None, gateway));
    };
    let project = routed_project(&routes, &request.path);
    if let Some(project) = &project
        && let Some(answer) = gateway.explain(project, document).await?
    {
        return Ok(answer);
    }
    // Only a project's own resource explains. Without one, no entries and no keys have a say.
    let explanation = unknown_project::explain(&routes, request, gateway.clock_at(clock::now()));
    Ok(told(&explanation, request, project.as_ref(), gateway))
}

/// The project that a path of the management API names.
fn managed_project(request: &ExplainRequest) -> Option<ProjectId> {
    let path = RequestPath::try_from(&*request.path).ok()?;
    let (endpoint, _) = Endpoint::find(&path, &request.method).ok()?;
    endpoint.project().filter(|project| !project.is_platform()).cloned()
}

/// The project that a path of a route names.
fn routed_project(routes: &Routes, path: &str) -> Option<ProjectId> {
    let path = RequestPath::try_from(path).ok()?;
    ProjectId::try_from(routes.find(&path).ok()??.project?).ok()
}

/// The answer, as the API words it.
fn told(
    explanation: &Explanation,
    request: &ExplainRequest,
    project: Option<&ProjectId>,
    gateway: &Gateway,
) -> Value {
    let token = request.token.as_deref().and_then(|token| Token::parse(token).ok());
    let claims = request.claims.clone().and_then(|claims| Claims::new(claims, None).ok());
    let claims = claims.as_ref().or(token.as_ref().map(Token::unverified_claims));
    let (platform, clock) = (ProjectId::platform(), gateway.clock_at(clock::now()));
    answer(explanation, NarrativeContext { idps: &[], project: project.unwrap_or(&platform), claims, clock })
}
