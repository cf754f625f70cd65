//! Explanations of requests to the management API: whether a caller owns the project.

use std::sync::Arc;

use crate::authz::decision::Outcome;
use crate::authz::evaluation::Evaluation;
use crate::authz::explanation::Explanation;
use crate::authz::ownership::is_owner;
use crate::authz::principal::Principal;
use crate::authz::trace_step::TraceStep;
use crate::config::role::{OWNER, Role};
use crate::error_code::ErrorCode;
use crate::project_id::ProjectId;

/// The caller must own the project; the outcome says why they do or do not.
#[derive(Debug)]
pub struct OwnerExplanation;

impl OwnerExplanation {
    /// An evaluation about a resource of `project`, the template of whose path is given.
    pub(crate) fn begin(resource: &str, project: &ProjectId) -> Evaluation {
        let mut evaluation = Evaluation::about(project);
        let required = Role::try_from(OWNER).into_iter().collect();
        evaluation.trace.push(TraceStep::Route { path: Arc::from(resource), required: Some(required) });
        evaluation
    }

    /// The explanation for a caller, or for a token that was refused.
    pub(crate) fn explain<S>(
        mut evaluation: Evaluation,
        caller: Result<Principal<S>, ErrorCode>,
    ) -> Explanation {
        let outcome = caller.and_then(|principal| {
            let (held, is_owner) = (principal.identity().roles.clone(), is_owner(&principal));
            evaluation.trace.push(TraceStep::Owner { held, is_owner });
            if is_owner { Ok(principal) } else { Err(ErrorCode::RoleMissing) }
        });
        match outcome {
            Ok(principal) => {
                let identity = Some(&**principal.identity());
                let explanation = Explanation::new(Outcome::Permit, None, identity, evaluation.trace);
                // No origin gets it.
                Explanation { origin_headers: Vec::new(), ..explanation }
            }
            Err(code) => evaluation.deny(code).into(),
        }
    }
}
