//! Driving the core's decision: each step's need is fetched, then the step resumes.

use edge_authorizer::{Clock, Decision, Gateway, Request, Step, authorize};
use worker::Env;

use crate::http::now;
use crate::settings::Settings;
use crate::store;

/// Decides on a request.
pub async fn decide(env: &Env, settings: &Settings, gateway: &Gateway, request: &Request<'_>) -> Decision {
    let mut step = authorize(gateway, request, Clock { now: now(), skew: settings.clock_skew });
    loop {
        step = match step {
            Step::Decided(decision) => return decision,
            Step::NeedProject(need) => {
                let snapshot = store::snapshot(env, need.project()).await;
                need.resume(snapshot)
            }
            Step::NeedKeys(need) => {
                let keys = store::keys(env, settings, need.issuer()).await;
                need.resume(keys)
            }
            Step::NeedCheck(need) => {
                let outcome = webcrypto::check(&need.check()).await;
                need.resume(outcome)
            }
        }
    }
}
