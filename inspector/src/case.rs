//! A request, and all that decides on it.

use std::collections::BTreeMap;
use std::sync::Arc;

use edge_authorizer::Fault;
use edge_authorizer::inspection::{Line, NarrativeContext, narrate};
use edge_authorizer::{
    Claims, Clock, Explanation, KeySet, NumericDate, ProjectId, Request, Routes, SimulationStep, Snapshot,
    Step, Token, TokenCache, Unavailable, authorize, simulate,
};
use serde::{Deserialize, Serialize};
use serde_json::{Map, Value};

use crate::documents;

/// The question: a request with a token, or with claims that nobody signed, and what is configured.
#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Case {
    token: Option<String>,
    claims: Option<Map<String, Value>>,
    method: String,
    path: String,
    /// The routes document, as text.
    routes: String,
    /// The project whose entries are given.
    project: String,
    /// Its entries, each as text.
    idps: Vec<String>,
    /// The key sets by their issuers.
    keys: BTreeMap<String, Value>,
    /// When, in seconds since 1970.
    now: f64,
    /// How far clocks may differ, in seconds.
    skew: f64,
}

/// The answer.
#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
pub enum Answer {
    /// What is wrong with the documents.
    Faults(Faults),
    /// What becomes of the request.
    #[serde(untagged)]
    Explained {
        /// The decision and its trace.
        explanation: Explanation,
        /// The same in sentences.
        narrative: Vec<Line>,
    },
}

/// What is wrong with the documents.
#[derive(Default, Serialize)]
pub struct Faults {
    routes: Vec<Fault>,
    idps: Vec<Vec<Fault>>,
    project: Option<String>,
}

/// Explains what becomes of the request.
pub async fn explain(case: Case) -> Answer {
    let (routes, snapshot) = (documents::routes(&case.routes), documents::entries(&case.idps));
    let project = ProjectId::try_from(&*case.project);
    let (routes, snapshot, project) = match (routes, snapshot, project) {
        (Ok(routes), Ok(snapshot), Ok(project)) => (routes, Arc::new(snapshot), project),
        (routes, snapshot, project) => {
            return Answer::Faults(Faults {
                routes: routes.err().unwrap_or_default(),
                idps: snapshot.err().unwrap_or_default(),
                project: project.err().map(|error| error.to_string()),
            });
        }
    };
    let clock = Clock { now: NumericDate::from_seconds(case.now), skew: case.skew };
    let world = World { routes, snapshot, project, keys: case.keys, clock };
    let authorization = case.token.as_ref().map(|token| format!("Bearer {token}"));
    let request = Request {
        method: &case.method,
        path: &case.path,
        authorization: authorization.as_deref(),
        origin: None,
        asks_for_method: false,
    };
    let explanation = match case.claims.clone() {
        Some(claims) => world.simulate(&request, claims),
        None => world.decide(&request).await,
    };
    let claims = case.claims.and_then(|claims| Claims::new(claims, None).ok());
    let token = case.token.as_deref().and_then(|token| Token::parse(token).ok());
    let context = NarrativeContext {
        idps: world.snapshot.idps(),
        project: &world.project,
        claims: claims.as_ref().or(token.as_ref().map(Token::unverified_claims)),
        clock,
    };
    let narrative = narrate(&explanation, context);
    Answer::Explained { explanation, narrative }
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
