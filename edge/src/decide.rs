//! Driving the core's decision: each step's need is fetched, then the step resumes.

use edge_authorizer::cache::Loaded;
use edge_authorizer::{Clock, Decision, Gateway, ProjectId, Request, Snapshot, Step, authorize};

use crate::edge::Edge;
use crate::http::now;
use crate::store;

/// Decides on a request to an origin, by what this edge knows of the project.
pub async fn decide(edge: &Edge, gateway: &Gateway, request: &Request<'_>) -> Decision {
    let step = authorize(gateway, request, Clock { now: now(), skew: edge.settings.clock_skew });
    drive(edge, step, async |project| store::snapshot(edge, project).await).await
}

/// Goes on from a step to the end, `snapshot` being where projects are known from.
pub async fn drive(
    edge: &Edge,
    mut step: Step<'_>,
    snapshot: impl AsyncFn(&ProjectId) -> Loaded<Snapshot>,
) -> Decision {
    loop {
        step = match step {
            Step::Decided(decision) => return decision,
            Step::NeedProject(need) => {
                let snapshot = snapshot(need.project()).await;
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
