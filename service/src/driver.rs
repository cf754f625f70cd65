//! Driving a decision: what a step needs is resolved, then the step resumes.

use std::sync::Arc;

use edge_authorizer::{
    Explanation, Issuer, KeyOutcome, KeySet, Loaded, ProjectId, Requirement, SignatureCheck, SimulationStep,
    Snapshot, Step, Unavailable,
};

/// Gives a decision what it needs.
pub trait Resolver {
    /// A project's snapshot; `None` if there is no such project.
    fn snapshot(&self, project: &ProjectId) -> impl Future<Output = Loaded<Snapshot>>;

    /// An issuer's keys, which a project needs. `needs_newer_keys`: those known so far lack the token's `kid`.
    fn keys(
        &self,
        project: &ProjectId,
        issuer: &Issuer,
        needs_newer_keys: bool,
    ) -> impl Future<Output = Result<Arc<KeySet>, Unavailable>>;

    /// Checks a signature.
    fn verify(&self, check: &SignatureCheck<'_>) -> impl Future<Output = KeyOutcome>;
}

/// Goes on from a step to the end: of requests to an origin, of owners, and of requests that are explained.
pub async fn drive<R: Requirement>(mut step: Step<'_, R>, resolver: &impl Resolver) -> R::Outcome {
    loop {
        step = match step {
            Step::Decided(outcome) => return outcome,
            Step::NeedProject(need) => {
                let snapshot = resolver.snapshot(need.project()).await;
                need.resume(snapshot)
            }
            Step::NeedKeys(need) => {
                let keys = resolver.keys(need.project(), need.issuer(), need.needs_newer_keys()).await;
                need.resume(keys)
            }
            Step::NeedCheck(need) => {
                let outcome = resolver.verify(&need.check()).await;
                need.resume(outcome)
            }
        }
    }
}

/// The same of claims, which need neither keys nor a check.
pub async fn drive_simulation(step: SimulationStep, resolver: &impl Resolver) -> Explanation {
    match step {
        SimulationStep::Explained(explanation) => explanation,
        SimulationStep::NeedProject(need) => {
            let snapshot = resolver.snapshot(need.project()).await;
            need.resume(snapshot)
        }
    }
}
