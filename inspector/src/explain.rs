//! Explains the decision on a request.

use std::collections::BTreeMap;
use std::sync::Arc;

use edge_authorizer::inspection::{
    DocumentFaults, ExplainAnswer, ExplainQuestion, Explained, NarrativeContext, narrate,
};
use edge_authorizer::{
    Claims, Clock, Explanation, KeySet, NumericDate, ProjectId, Request, Routes, SimulationStep, Snapshot,
    Step, Token, TokenCache, Unavailable, authorize, simulate,
};
use serde_json::{Map, Value};

use crate::documents;

/// Explains what becomes of the request.
pub async fn explain(question: ExplainQuestion) -> ExplainAnswer {
    let (routes, snapshot) = (documents::routes(&question.routes), documents::entries(&question.idps));
    let project = ProjectId::try_from(&*question.project);
    let (routes, snapshot, project) = match (routes, snapshot, project) {
        (Ok(routes), Ok(snapshot), Ok(project)) => (routes, Arc::new(snapshot), project),
        (routes, snapshot, project) => {
            return ExplainAnswer::Faults(DocumentFaults {
                routes: routes.err().unwrap_or_default(),
                idps: snapshot.err().unwrap_or_default(),
                project: project.err().map(|error| error.to_string()),
            });
        }
    };
    let clock = Clock { now: NumericDate::from_seconds(question.now), skew: question.skew };
    let world = World { routes, snapshot, project, keys: question.keys, clock };
    let authorization = question.token.as_ref().map(|token| format!("Bearer {token}"));
    let request = Request {
        method: &question.method,
        path: &question.path,
        authorization: authorization.as_deref(),
        origin: None,
        asks_for_method: false,
    };
    let claims = question.claims.filter(|_| question.token.is_none());
    let explanation = match claims.clone() {
        Some(claims) => world.simulate(&request, claims),
        None => world.decide(&request).await,
    };
    let claims = claims.and_then(|claims| Claims::new(claims, None).ok());
    let token = question.token.as_deref().and_then(|token| Token::parse(token).ok());
    let context = NarrativeContext {
        idps: world.snapshot.idps(),
        project: &world.project,
        claims: claims.as_ref().or(token.as_ref().map(Token::unverified_claims)),
        clock,
    };
    let narrative = narrate(&explanation, context);
    ExplainAnswer::Explained(Explained { explanation, narrative })
}

/// What a decision depends on besides the request.
struct World {
    routes: Routes,
    snapshot: Arc<Snapshot>,
    project: ProjectId,
    keys: BTreeMap<String, Value>,
    clock: Clock,
}

impl World {
    async fn decide(&self, request: &Request<'_>) -> Explanation {
        let mut step = authorize(&self.routes, request, self.clock, &mut TokenCache::default());
        loop {
            step = match step {
                Step::Decided(decision) => return decision.into(),
                Step::NeedProject(need) => {
                    let entries = self.entries_of(need.project());
                    need.resume(Ok(entries))
                }
                Step::NeedKeys(need) => {
                    let keys = self.keys.get(need.issuer().as_str());
                    let keys = keys.and_then(|keys| KeySet::parse(keys).ok()).map(Arc::new);
                    need.resume(keys.ok_or(Unavailable))
                }
                Step::NeedCheck(need) => {
                    let outcome = webcrypto::check(&need.check(), webcrypto::is_true).await;
                    need.resume(outcome)
                }
            }
        }
    }

    fn simulate(&self, request: &Request<'_>, claims: Map<String, Value>) -> Explanation {
        match simulate(&self.routes, request, claims, self.clock) {
            SimulationStep::Explained(explanation) => explanation,
            SimulationStep::NeedProject(need) => {
                let entries = self.entries_of(need.project());
                need.resume(Ok(entries))
            }
        }
    }

    fn entries_of(&self, project: &ProjectId) -> Option<Arc<Snapshot>> {
        (*project == self.project).then(|| self.snapshot.clone())
    }
}
