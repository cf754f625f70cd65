//! Simulation of a decision: as if the request had a token with certain claims.
//!
//! Claims go the way of a token ([`crate::authorize`]) without its header and signature. They end in an [`Explanation`] and
//! never in a permit, which takes a verified token.

use std::sync::Arc;

use serde_json::{Map, Value};

use crate::authz::clock::Clock;
use crate::authz::decision::Outcome;
use crate::authz::evaluation::Evaluation;
use crate::authz::explanation::Explanation;
use crate::authz::owner_explanation::OwnerExplanation;
use crate::authz::platform_explanation::PlatformExplanation;
use crate::authz::request::Request;
use crate::authz::route_requirement::RouteRequirement;
use crate::authz::trace_step::TraceStep;
use crate::config::routes::Routes;
use crate::config::snapshot::Snapshot;
use crate::error_code::ErrorCode;
use crate::project_id::ProjectId;
use crate::token::claims::Claims;
use crate::unavailable::Unavailable;

/// The next step of a simulation.
#[derive(Debug)]
#[must_use]
pub enum SimulationStep {
    /// The simulation is complete.
    Explained(Explanation),
    /// The project's snapshot is needed.
    NeedProject(Simulation),
}

/// Unsigned claims, and the request that they would arrive with.
#[derive(Debug)]
pub struct Simulation {
    evaluation: Evaluation,
    requirement: SimulatedRequirement,
    project: ProjectId,
    claims: Claims,
}

/// What is required of the caller.
#[derive(Debug)]
enum SimulatedRequirement {
    /// A role of a route.
    Route(RouteRequirement),
    /// To own the project.
    Owner,
    /// A role on the platform.
    Platform(PlatformExplanation),
}

/// Simulates that `request` has a token with these claims; its `authorization` is ignored.
pub fn simulate(
    routes: &Routes,
    request: &Request<'_>,
    claims: Map<String, Value>,
    clock: Clock,
) -> SimulationStep {
    let mut evaluation = Evaluation::default();
    let requirement = match evaluation.enter(routes, request) {
        Ok(requirement) => requirement,
        Err(verdict) => return SimulationStep::Explained(evaluation.decide(verdict).into()),
    };
    simulate_with(evaluation, SimulatedRequirement::Route(requirement), claims, clock)
}

/// Simulates that a request for a resource of `project` in the management API has a token with these claims; `resource` is
/// the template of its path.
pub fn simulate_owner(
    resource: &str,
    project: &ProjectId,
    claims: Map<String, Value>,
    clock: Clock,
) -> SimulationStep {
    let evaluation = OwnerExplanation::begin(resource, project);
    simulate_with(evaluation, SimulatedRequirement::Owner, claims, clock)
}

/// Simulates that a request to the management API has a token with these claims, which has to give a role on the platform.
pub fn simulate_platform(
    explanation: PlatformExplanation,
    claims: Map<String, Value>,
    clock: Clock,
) -> SimulationStep {
    let evaluation = Evaluation::about(&ProjectId::platform());
    simulate_with(evaluation, SimulatedRequirement::Platform(explanation), claims, clock)
}

fn simulate_with(
    mut evaluation: Evaluation,
    requirement: SimulatedRequirement,
    claims: Map<String, Value>,
    clock: Clock,
) -> SimulationStep {
    let claims = match Claims::new(claims, None) {
        Ok(claims) => claims,
        Err(reason) => {
            evaluation.trace.push(TraceStep::Malformed { reason });
            return SimulationStep::Explained(evaluation.deny(ErrorCode::TokenMalformed).into());
        }
    };
    evaluation.trace.push(TraceStep::Claims { issuer: claims.issuer().to_owned() });
    match evaluation.admit(claims.validity(), clock) {
        Ok(project) => SimulationStep::NeedProject(Simulation { evaluation, requirement, project, claims }),
        Err(code) => SimulationStep::Explained(evaluation.deny(code).into()),
    }
}

impl Simulation {
    /// The project that the path names.
    pub fn project(&self) -> &ProjectId {
        &self.project
    }

    /// Goes on with the project's snapshot; `None` if there is no such project.
    pub fn resume(self, snapshot: Result<Option<Arc<Snapshot>>, Unavailable>) -> Explanation {
        let Self { mut evaluation, requirement, project, claims } = self;
        let caller = evaluation
            .match_entries(snapshot, &claims)
            .and_then(|(entry, _issuer)| evaluation.identify(&project, entry, &claims));
        let requirement = match requirement {
            SimulatedRequirement::Route(requirement) => requirement,
            SimulatedRequirement::Owner => return OwnerExplanation::explain(evaluation, caller),
            SimulatedRequirement::Platform(explanation) => {
                return match caller {
                    Ok(principal) => explanation.of_caller(principal.identity(), evaluation.trace),
                    Err(code) => evaluation.deny(code).into(),
                };
            }
        };
        match caller.and_then(|principal| requirement.check(&principal, &mut evaluation.trace)) {
            Ok(caller) => Explanation::new(Outcome::Permit, None, Some(caller.identity()), evaluation.trace),
            Err(code) => evaluation.deny(code).into(),
        }
    }
}
