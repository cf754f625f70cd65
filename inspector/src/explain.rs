//! Explains the decision on a request.

use std::collections::BTreeMap;
use std::sync::Arc;

use edge_authorizer::inspection::{
    DocumentFaults, ExplainAnswer, ExplainQuestion, Explained, Missing, NarrativeContext, Undecided, narrate,
    narrate_so_far,
};
use edge_authorizer::{
    Claims, Clock, Explanation, Issuer, KeySet, NumericDate, ProjectId, Request, Routes, SimulationStep,
    Snapshot, Step, Token, TokenCache, Unavailable, authorize, simulate,
};
use serde_json::{Map, Value};

use crate::documents;

/// Explains what becomes of the request, or says what has to be given first.
pub async fn explain(question: ExplainQuestion) -> ExplainAnswer {
    let routes = documents::routes(&question.routes);
    let snapshot = question.idps.as_deref().map(documents::entries).transpose();
    let project = ProjectId::try_from(&*question.project);
    let (routes, snapshot, project) = match (routes, snapshot, project) {
        (Ok(routes), Ok(snapshot), Ok(project)) => (routes, snapshot.map(Arc::new), project),
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
    let (explanation, missing) = match claims.clone() {
        Some(claims) => world.simulate(&request, claims),
        None => world.decide(&request).await,
    };
    let claims = claims.and_then(|claims| Claims::new(claims, None).ok());
    let token = question.token.as_deref().and_then(|token| Token::parse(token).ok());
    let context = NarrativeContext {
        idps: world.snapshot.as_deref().map_or(&[], Snapshot::idps),
        project: &world.project,
        claims: claims.as_ref().or(token.as_ref().map(Token::unverified_claims)),
        clock,
    };
    if let Some(missing) = missing {
        return ExplainAnswer::Undecided(Undecided::new(missing, narrate_so_far(&explanation, context)));
    }
    let narrative = narrate(&explanation, context);
    ExplainAnswer::Explained(Explained { explanation, narrative })
}

/// What a decision depends on besides the request.
struct World {
    routes: Routes,
    /// The project's entries, if they are given.
    snapshot: Option<Arc<Snapshot>>,
    project: ProjectId,
    keys: BTreeMap<String, Value>,
    clock: Clock,
}

impl World {
    /// The decision, and what was missing for it: then it is as if there were none of it.
    async fn decide(&self, request: &Request<'_>) -> (Explanation, Option<Missing>) {
        let mut step = authorize(&self.routes, request, self.clock, &mut TokenCache::default());
        let mut missing = None;
        loop {
            step = match step {
                Step::Decided(decision) => return (decision.into(), missing),
                Step::NeedProject(need) => {
                    let entries = self.entries_of(need.project(), &mut missing);
                    need.resume(Ok(entries))
                }
                Step::NeedKeys(need) => {
                    let keys = self.keys_of(need.issuer(), &mut missing);
                    need.resume(keys.ok_or(Unavailable))
                }
                Step::NeedCheck(need) => {
                    let outcome = webcrypto::check(&need.check(), webcrypto::is_true).await;
                    need.resume(outcome)
                }
            }
        }
    }

    fn simulate(&self, request: &Request<'_>, claims: Map<String, Value>) -> (Explanation, Option<Missing>) {
        let mut missing = None;
        match simulate(&self.routes, request, claims, self.clock) {
            SimulationStep::Explained(explanation) => (explanation, missing),
            SimulationStep::NeedProject(need) => {
                let entries = self.entries_of(need.project(), &mut missing);
                (need.resume(Ok(entries)), missing)
            }
        }
    }

    fn entries_of(&self, project: &ProjectId, missing: &mut Option<Missing>) -> Option<Arc<Snapshot>> {
        let Some(snapshot) = &self.snapshot else {
            *missing = Some(Missing::entries(project));
            return None;
        };
        (*project == self.project).then(|| snapshot.clone())
    }

    fn keys_of(&self, issuer: &Issuer, missing: &mut Option<Missing>) -> Option<Arc<KeySet>> {
        let Some(keys) = self.keys.get(issuer.as_str()) else {
            *missing = Some(Missing::keys(issuer));
            return None;
        };
        let keys = KeySet::parse(keys).ok()?;
        // The gateway would not have stored a set without keys.
        let is_empty = keys.keys().is_empty() && keys.unusable().is_empty();
        (!is_empty).then(|| Arc::new(keys))
    }
}
