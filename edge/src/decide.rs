//! Driving the core's decision: each step's need is fetched, then the step resumes.

use edge_authorizer::{Clock, Decision, Gateway, Request, Step, authorize};

use crate::edge::Edge;
use crate::http::now;
use crate::store;

/// Decides on a request.
pub async fn decide(edge: &Edge, gateway: &Gateway, request: &Request<'_>) -> Decision {
    let mut step = authorize(gateway, request, Clock { now: now(), skew: edge.settings.clock_skew });
    loop {
        step = match step {
            Step::Decided(decision) => return decision,
            Step::NeedProject(need) => {
                let snapshot = store::snapshot(edge, need.project()).await;
                need.resume(snapshot)
            }
            Step::NeedKeys(need) => {
                let keys = store::keys(edge, need.issuer()).await;
                need.resume(keys)
            }
            Step::NeedCheck(need) => {
                let outcome = webcrypto::check(&need.check()).await;
                need.resume(outcome)
            }
        }
    }
}
