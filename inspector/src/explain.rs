//! Explains the decision on a request.

use std::collections::BTreeMap;
use std::sync::Arc;

use edge_authorizer::inspection::{
    DocumentFaults, ExplainAnswer, ExplainQuestion, Explained, Missing, NarrativeContext, Undecided,
    built_in_entry_for, is_assertion, narrate, narrate_so_far,
};
use edge_authorizer::{
    Claims, Clock, Explanation, Issuer, KeySet, NumericDate, ProjectId, Request, Routes, SimulationStep,
    Snapshot, Step, Token, TokenCache, Unavailable, authorize, simulate,
};
use serde_json::{Map, Value, json};

use crate::documents;

/// Explains what becomes of the request, or says what has to be given first.
pub async fn explain(question: ExplainQuestion) -> ExplainAnswer {
    let routes = documents::routes(&question.routes);
    let revocations = documents::revocations(&question.revocations);
    let project = ProjectId::try_from(&*question.project);
    let token = question.token.as_deref().and_then(|token| Token::parse(token).ok());
    let token = token.as_ref().map(Token::unverified_claims);
    let entries = with_built_in(question.idps, token, project.as_ref().ok());
    let no_revocations = Value::Array(Vec::new());
    let read =
        |entries: &Vec<_>| documents::entries(entries, revocations.as_ref().unwrap_or(&no_revocations));
    let snapshot = entries.as_ref().map(read).transpose();
    let (routes, snapshot, project) = match (routes, snapshot, project, &revocations) {
        (Ok(routes), Ok(snapshot), Ok(project), Ok(_)) => (routes, snapshot.map(Arc::new), project),
        (routes, snapshot, project, _) => {
            return ExplainAnswer::Faults(DocumentFaults {
                routes: routes.err().unwrap_or_default(),
                idps: snapshot.err().unwrap_or_default(),
                revocations: revocations.err().unwrap_or_default(),
                project: project.err().map(|error| error.to_string()),
            });
        }
    };
    let clock = Clock { now: NumericDate::from_seconds(question.now), skew: question.skew };
    let keys = if token.is_some_and(is_assertion) { Keys::None } else { Keys::Given(question.keys) };
    let world = World { routes, snapshot, project, keys, clock };
    let authorization = question.token.as_ref().map(|token| format!("Bearer {token}"));
    let request = Request {
        method: &question.method,
        path: &question.path,
        authorization: authorization.as_deref(),
        session: None,
        origin: None,
        asks_for_method: false,
    };
    let claims = question.claims.filter(|_| question.token.is_none());
    let (explanation, missing) = match claims.clone() {
        Some(claims) => world.simulate(&request, claims),
        None => world.decide(&request).await,
    };
    let claims = claims.and_then(|claims| Claims::new(claims, None).ok());
    let context = NarrativeContext {
        idps: world.snapshot.as_deref().map_or(&[], Snapshot::idps),
        project: &world.project,
        claims: claims.as_ref().or(token),
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
    keys: Keys,
    clock: Clock,
}

/// The keys of access tokens.
enum Keys {
    /// Those that are given, by their issuers.
    Given(BTreeMap<String, Value>),
    /// None that could have signed the token: the keys of assertions are others.
    None,
}

/// The entries that are given, and the built-in one for a token of the gateway's, which no list of entries shows.
fn with_built_in(
    given: Option<Vec<String>>,
    token: Option<&Claims>,
    project: Option<&ProjectId>,
) -> Option<Vec<String>> {
    let built_in = token.zip(project).and_then(|(token, project)| built_in_entry_for(token, project));
    let Some(built_in) = built_in else { return given };
    if given.is_some() && token.is_some_and(is_assertion) {
        return given;
    }
    let mut entries = given.unwrap_or_default();
    let has_id = |text: &String| {
        let entry: Option<Value> = serde_json::from_str(text).ok();
        entry.is_some_and(|entry| entry.get("id") == built_in.get("id"))
    };
    if !entries.iter().any(has_id) {
        entries.push(built_in.to_string());
    }
    Some(entries)
}

impl World {
    /// The decision, and what was missing for it: then it is as if there were none of it.
    async fn decide(&self, request: &Request<'_>) -> (Explanation, Option<Missing>) {
        let first = authorize(&self.routes, request, self.clock, &mut TokenCache::default());
        let mut step = first.without_sessions(self.clock);
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
        let Keys::Given(given) = &self.keys else {
            return KeySet::parse(&json!({ "keys": [] })).ok().map(Arc::new);
        };
        let Some(keys) = given.get(issuer.as_str()) else {
            *missing = Some(Missing::keys(issuer));
            return None;
        };
        let keys = KeySet::parse(keys).ok()?;
        // The gateway would not have stored a set without keys.
        let is_empty = keys.keys().is_empty() && keys.unusable().is_empty();
        (!is_empty).then(|| Arc::new(keys))
    }
}
