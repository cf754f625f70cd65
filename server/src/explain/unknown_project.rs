//! What becomes of a request whose path leads to no project that exists.

use edge_authorizer::management::ExplainRequest;
use edge_authorizer::{
    Clock, Explanation, KeyOutcome, Request, Routes, SimulationStep, Step, TokenCache, Unavailable,
    authorize, simulate,
};

/// Explains a request to a project that does not exist, or to none.
pub fn explain(routes: &Routes, explained: &ExplainRequest, clock: Clock) -> Explanation {
    let authorization = explained.token.as_ref().map(|token| format!("Bearer {token}"));
    let request = Request {
        method: &explained.method,
        path: &explained.path,
        authorization: authorization.as_deref(),
        session: None,
        origin: None,
        asks_for_method: false,
    };
    if let Some(claims) = explained.claims.clone() {
        return match simulate(routes, &request, claims, clock) {
            SimulationStep::Explained(explanation) => explanation,
            SimulationStep::NeedProject(need) => need.resume(Ok(None)),
        };
    }
    let mut step = authorize(routes, &request, clock, &mut TokenCache::default()).without_sessions(clock);
    loop {
        step = match step {
            Step::Decided(decision) => return decision.into(),
            Step::NeedProject(need) => need.resume(Ok(None)),
            // Without entries, nothing needs keys; nothing would be permitted by any.
            Step::NeedKeys(need) => need.resume(Err(Unavailable)),
            Step::NeedCheck(need) => need.resume(KeyOutcome::KeyRefused),
        }
    }
}
