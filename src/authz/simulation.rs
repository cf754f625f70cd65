//! What would become of a request whose token said this and that.
//!
//! Claims go the way of a token ([`crate::authorize`]) without its header and signature. They end in an [`Explanation`] and
//! never in a permit: a permit takes a token that was verified.

use std::sync::Arc;

use serde_json::{Map, Value};

use crate::authz::clock::Clock;
use crate::authz::decision::Outcome;
use crate::authz::evaluation::Evaluation;
use crate::authz::explanation::Explanation;
use crate::authz::request::Request;
use crate::authz::requirement::Requirement;
use crate::authz::trace::TraceStep;
use crate::config::routes::Routes;
use crate::config::snapshot::Snapshot;
use crate::error_code::ErrorCode;
use crate::project_id::ProjectId;
use crate::token::claims::Claims;
use crate::unavailable::Unavailable;

/// What comes next.
#[derive(Debug)]
#[must_use]
pub enum SimulationStep {
    /// Nothing: this is the end.
    Explained(Explanation),
    /// The project's snapshot is needed.
    NeedProject(Simulation),
}

/// Claims that nobody signed, and what is wanted by them.
#[derive(Debug)]
pub struct Simulation {
    evaluation: Evaluation,
    requirement: Requirement,
    claims: Claims,
}

/// Supposes that `request` has a token that says `claims`, whatever its `authorization` is.
pub fn simulate(
    routes: &Routes,
    request: &Request<'_>,
    claims: Map<String, Value>,
    clock: Clock,
) -> SimulationStep {
    let mut evaluation = Evaluation::default();
    let purpose = match evaluation.enter(routes, request) {
        Ok(purpose) => purpose,
        Err(verdict) => return SimulationStep::Explained(evaluation.decide(verdict).into()),
    };
    let claims = match Claims::new(claims, None) {
        Ok(claims) => claims,
        Err(reason) => {
            evaluation.trace.push(TraceStep::Malformed { reason });
            return SimulationStep::Explained(refuse(evaluation, ErrorCode::TokenMalformed));
        }
    };
    evaluation.trace.push(TraceStep::Claims { issuer: claims.issuer().to_owned() });
    match evaluation.admit(claims.validity(), purpose, clock) {
        Ok(requirement) => SimulationStep::NeedProject(Simulation { evaluation, requirement, claims }),
        Err(code) => SimulationStep::Explained(refuse(evaluation, code)),
    }
}

fn refuse(evaluation: Evaluation, code: ErrorCode) -> Explanation {
    let verdict = evaluation.deny(code);
    evaluation.decide(verdict).into()
}

impl Simulation {
    /// The project that the path names.
    pub fn project(&self) -> &ProjectId {
        &self.requirement.project
    }

    /// Goes on with the project's snapshot; `None` if there is no such project.
    pub fn resume(self, snapshot: Result<Option<Arc<Snapshot>>, Unavailable>) -> Explanation {
        let Self { mut evaluation, requirement, claims } = self;
        let entry = evaluation.consult(snapshot, &claims);
        match entry.and_then(|(entry, _issuer)| evaluation.recognise(&requirement, entry, &claims)) {
            Ok(caller) => Explanation::new(Outcome::Permit, None, Some(caller.identity()), evaluation.trace),
            Err(code) => refuse(evaluation, code),
        }
    }
}
