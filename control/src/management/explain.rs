//! What would become of a request to the project, and why. Nothing is sent.

use std::sync::Arc;

use cloudflare::decide::{Source, drive};
use cloudflare::edge::Edge;
use cloudflare::http::now;
use cloudflare::store;
use edge_authorizer::Faults;
use edge_authorizer::management::ExplainRequest;
use edge_authorizer::{
    Clock, Decision, Explanation, ProjectId, Request, RequestPath, Routes, SimulationStep, Snapshot,
    TokenCache, authorize, simulate, strict_json,
};
use serde_json::Value;

use super::reply::Reply;

/// Explains what would become of the request that `document` describes, the project being `snapshot`.
pub async fn explain(
    edge: &Edge,
    id: &ProjectId,
    snapshot: Option<Arc<Snapshot>>,
    document: &Value,
) -> Result<Reply, Reply> {
    let question = ExplainRequest::parse(document).map_err(|faults| Reply::invalid(&faults))?;
    let explanation = match store::gateway(edge).await {
        Ok(gateway) if leads_elsewhere(&gateway, &question.path, id) => {
            let path = Value::String(question.path);
            return Err(Reply::invalid(&Faults::one(
                "/path",
                Some(&path),
                format_args!("a path of the project `{id}`"),
            )));
        }
        Ok(gateway) => evaluate(edge, &gateway, question, snapshot).await,
        Err(_) => Decision::without_configuration().into(),
    };
    // By way of text: the log writes traces as text, too, and another way of writing would cost the wasm some kilobytes.
    let text = serde_json::to_string(&explanation).unwrap_or_default();
    let body = strict_json::from_slice(text.as_bytes()).unwrap_or_default();
    Ok(Reply::Body { status: 200, headers: Vec::new(), body })
}

/// Whether a path names another project, whose entries are nobody's business here.
fn leads_elsewhere(gateway: &Routes, path: &str, id: &ProjectId) -> bool {
    let Ok(path) = RequestPath::try_from(path) else { return false };
    let found = gateway.find(&path).ok().flatten();
    let project = found.and_then(|found| ProjectId::try_from(found.project?).ok());
    project.is_some_and(|project| project != *id)
}

async fn evaluate(
    edge: &Edge,
    gateway: &Routes,
    question: ExplainRequest,
    snapshot: Option<Arc<Snapshot>>,
) -> Explanation {
    let authorization = question.token.map(|token| format!("Bearer {token}"));
    let request = Request {
        method: &question.method,
        path: &question.path,
        authorization: authorization.as_deref(),
        origin: None,
        asks_for_method: false,
    };
    let clock = Clock { now: now(), skew: edge.settings.clock_skew };
    let Some(claims) = question.claims else {
        let step = authorize(gateway, &request, clock, &mut TokenCache::default());
        return drive(edge, step, Source::Given(snapshot)).await.into();
    };
    match simulate(gateway, &request, claims, clock) {
        SimulationStep::Explained(explanation) => explanation,
        SimulationStep::NeedProject(need) => need.resume(Ok(snapshot)),
    }
}
