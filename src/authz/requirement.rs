//! What is required of a caller, and what an authorization by it ends in.

use crate::authz::decision::{Decision, Verdict};
use crate::authz::evaluation::Evaluation;
use crate::authz::evidence::Verified;
use crate::authz::explanation::Explanation;
use crate::authz::owner_explanation::OwnerExplanation;
use crate::authz::owner_refusal::OwnerRefusal;
use crate::authz::ownership::Ownership;
use crate::authz::permit::Permit;
use crate::authz::platform_access::PlatformAccess;
use crate::authz::principal::Principal;
use crate::authz::route_requirement::RouteRequirement;
use crate::authz::trace_step::TraceStep;
use crate::error_code::ErrorCode;

/// A requirement on the caller: [`RouteRequirement`], [`OwnerRequirement`], [`PlatformRequirement`] or [`OwnerExplanation`].
pub trait Requirement: sealed::Sealed {
    /// The outcome of an authorization.
    type Outcome;

    /// The outcome for a caller, or for a token that was refused.
    #[doc(hidden)]
    fn conclude(
        self,
        evaluation: Evaluation,
        caller: Result<Principal<Verified>, ErrorCode>,
    ) -> Self::Outcome;
}

mod sealed {
    pub trait Sealed {}
}

impl sealed::Sealed for RouteRequirement {}

impl Requirement for RouteRequirement {
    type Outcome = Decision;

    fn conclude(
        self,
        mut evaluation: Evaluation,
        caller: Result<Principal<Verified>, ErrorCode>,
    ) -> Decision {
        match caller.and_then(|principal| self.check(&principal, &mut evaluation.trace)) {
            Ok(authorized) => evaluation.decide(Verdict::Permit(Permit::issue(authorized))),
            Err(code) => evaluation.deny(code),
        }
    }
}

/// The caller must own the project.
#[derive(Debug)]
pub struct OwnerRequirement;

impl sealed::Sealed for OwnerRequirement {}

impl Requirement for OwnerRequirement {
    type Outcome = Result<Ownership, OwnerRefusal>;

    fn conclude(
        self,
        mut evaluation: Evaluation,
        caller: Result<Principal<Verified>, ErrorCode>,
    ) -> Result<Ownership, OwnerRefusal> {
        let owner = caller.and_then(|principal| {
            let owner = Ownership::check(&principal);
            let (held, is_owner) = (principal.identity().roles.clone(), owner.is_ok());
            evaluation.trace.push(TraceStep::Owner { held, is_owner });
            owner
        });
        owner.map_err(|code| evaluation.refuse_owner(code))
    }
}

/// The caller must have a role on the platform.
#[derive(Debug)]
pub struct PlatformRequirement;

impl sealed::Sealed for PlatformRequirement {}

impl Requirement for PlatformRequirement {
    type Outcome = Result<PlatformAccess, OwnerRefusal>;

    fn conclude(
        self,
        evaluation: Evaluation,
        caller: Result<Principal<Verified>, ErrorCode>,
    ) -> Result<PlatformAccess, OwnerRefusal> {
        match caller.and_then(|principal| PlatformAccess::check(&principal)) {
            Ok(access) => Ok(access.with_trace(evaluation.trace)),
            Err(code) => Err(evaluation.refuse_owner(code)),
        }
    }
}

impl sealed::Sealed for OwnerExplanation {}

impl Requirement for OwnerExplanation {
    type Outcome = Explanation;

    fn conclude(self, evaluation: Evaluation, caller: Result<Principal<Verified>, ErrorCode>) -> Explanation {
        Self::explain(evaluation, caller)
    }
}
