//! Driving the core's decision: each step's need is fetched, then the step resumes.

use std::cell::RefCell;
use std::pin::Pin;
use std::sync::Arc;
use std::thread::LocalKey;

use edge_authorizer::{
    Clock, Decision, KeySet, NumericDate, Request, Requirement, Routes, Snapshot, Step, TokenCache,
    Unavailable, authorize,
};

use crate::edge::Edge;
use crate::{keys, store, task};

/// Where a project is known from.
pub enum Source {
    /// What this edge knows of it.
    Edge,
    /// What is given here: a project as it would be.
    Given(Option<Arc<Snapshot>>),
}

/// An issuer's keys, or a promise of them.
type Keys<'k> = Pin<Box<dyn Future<Output = Result<Arc<KeySet>, Unavailable>> + 'k>>;

/// Decides on a request to an origin, by what this edge knows of the project and of the token.
pub async fn decide(
    edge: &Edge,
    gateway: &Routes,
    request: &Request<'_>,
    now: NumericDate,
    known: &'static LocalKey<RefCell<TokenCache>>,
) -> Decision {
    let clock = Clock { now, skew: edge.settings.clock_skew };
    let step = known.with_borrow_mut(|known| authorize(gateway, request, clock, known));
    drive(edge, step, Source::Edge).await
}

/// Goes on from a step to the end.
pub async fn drive<R: Requirement>(edge: &Edge, mut step: Step<'_, R>, source: Source) -> R::Outcome {
    loop {
        step = match step {
            Step::Decided(outcome) => return outcome,
            Step::NeedProject(need) => {
                let snapshot = match &source {
                    Source::Edge => store::snapshot(edge, need.project()).await,
                    Source::Given(snapshot) => Ok(snapshot.clone()),
                };
                need.resume(snapshot)
            }
            Step::NeedKeys(need) => {
                let (project, issuer) = (need.project(), need.issuer());
                // Boxed for the reason that `store.rs` gives.
                let keys: Keys<'_> = Box::pin(keys::keys(edge, project, issuer, need.needs_newer_keys()));
                let keys = keys.await;
                need.resume(keys)
            }
            Step::NeedCheck(need) => {
                let outcome = webcrypto::check(&need.check(), task::is_true).await;
                need.resume(outcome)
            }
        }
    }
}
