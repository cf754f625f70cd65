//! The decision on a request, as a function of its arguments.
//!
//! [`authorize`] goes as far as it can and then says what it needs: the access token of a session, the project, the issuer's
//! keys, the check of a signature. Its driver fetches that and resumes; there is no way back and no way around a step.

use std::sync::Arc;

use crate::authz::authentication::{Authentication, CheckNeeded, KeysNeeded, ProjectNeeded};
use crate::authz::clock::Clock;
use crate::authz::evaluation::Evaluation;
use crate::authz::owner_explanation::OwnerExplanation;
use crate::authz::request::Request;
use crate::authz::requirement::{OwnerRequirement, PlatformRequirement, Requirement};
use crate::authz::route_requirement::RouteRequirement;
use crate::authz::token_cache::TokenCache;
use crate::authz::trace_step::KeyOutcome;
use crate::config::routes::Routes;
use crate::config::snapshot::Snapshot;
use crate::issuer::Issuer;
use crate::keys::key_set::KeySet;
use crate::keys::signature_check::SignatureCheck;
use crate::project_id::ProjectId;
use crate::unavailable::Unavailable;
use crate::users::SessionCookie;

/// The next step of an authorization by the requirement `R`.
#[derive(Debug)]
#[must_use]
pub enum Step<'r, R: Requirement = RouteRequirement> {
    /// The authorization is complete.
    Decided(R::Outcome),
    /// The project's snapshot is needed.
    NeedProject(NeedProject<'r, R>),
    /// An issuer's keys are needed.
    NeedKeys(NeedKeys<'r, R>),
    /// A signature has to be checked.
    NeedCheck(NeedCheck<'r, R>),
}

/// The first step of an authorization by a route.
#[derive(Debug)]
#[must_use]
pub enum FirstStep<'r> {
    /// A step as any other.
    Step(Step<'r>),
    /// The session that the request presents is needed.
    NeedSession(NeedSession<'r>),
}

impl<'r> FirstStep<'r> {
    /// The step if there are no sessions.
    pub fn without_sessions(self, clock: Clock) -> Step<'r> {
        match self {
            Self::Step(step) => step,
            Self::NeedSession(need) => need.resume(Ok(None), clock, &mut TokenCache::default()),
        }
    }
}

/// Decides on `request`, as far as the request alone and the token cache allow.
#[inline(never)]
pub fn authorize<'r>(
    routes: &Routes,
    request: &Request<'r>,
    clock: Clock,
    token_cache: &mut TokenCache,
) -> FirstStep<'r> {
    let mut evaluation = Evaluation::default();
    let requirement = match evaluation.enter(routes, request) {
        Ok(requirement) => requirement,
        Err(verdict) => return FirstStep::Step(Step::Decided(evaluation.decide(verdict))),
    };
    FirstStep::Step(match evaluation.session(request) {
        Ok(Some(cookie)) => return FirstStep::NeedSession(NeedSession { evaluation, requirement, cookie }),
        Ok(None) => {
            let begun = Authentication::begin(evaluation, request.authorization, clock, token_cache);
            Step::of(begun, requirement)
        }
        Err(code) => Step::Decided(evaluation.deny(code)),
    })
}

/// Decides whether a caller owns `project`: an entry of the project that names the role `owner` must give it to them.
pub fn authorize_owner<'r>(
    project: &ProjectId,
    authorization: Option<&'r str>,
    clock: Clock,
) -> Step<'r, OwnerRequirement> {
    let token_cache = &mut TokenCache::default();
    let begun = Authentication::begin(Evaluation::about(project), authorization, clock, token_cache);
    Step::of(begun, OwnerRequirement)
}

/// Decides whether a caller has a role on the platform. The snapshot that is needed is that of [`Snapshot::of_platform`].
pub fn authorize_platform(authorization: Option<&str>, clock: Clock) -> Step<'_, PlatformRequirement> {
    let evaluation = Evaluation::about(&ProjectId::platform());
    let begun = Authentication::begin(evaluation, authorization, clock, &mut TokenCache::default());
    Step::of(begun, PlatformRequirement)
}

/// Explains whether the bearer of a token may use a resource of `project` in the management API; `resource` is the template of
/// its path.
pub fn explain_owner<'r>(
    resource: &str,
    project: &ProjectId,
    authorization: Option<&'r str>,
    clock: Clock,
) -> Step<'r, OwnerExplanation> {
    let evaluation = OwnerExplanation::begin(resource, project);
    let begun = Authentication::begin(evaluation, authorization, clock, &mut TokenCache::default());
    Step::of(begun, OwnerExplanation)
}

impl<'r, R: Requirement> Step<'r, R> {
    fn of(authentication: Authentication<'r>, requirement: R) -> Self {
        match authentication {
            Authentication::Done(evaluation, caller) => {
                Self::Decided(requirement.conclude(evaluation, caller))
            }
            Authentication::Project(state) => Self::NeedProject(NeedProject { state, requirement }),
            Authentication::Keys(state) => Self::NeedKeys(NeedKeys { state, requirement }),
            Authentication::Check(state) => Self::NeedCheck(NeedCheck { state, requirement }),
        }
    }
}

/// The request presents a session in place of a token; the session's access token is needed.
#[derive(Debug)]
pub struct NeedSession<'r> {
    evaluation: Evaluation,
    requirement: RouteRequirement,
    cookie: &'r SessionCookie,
}

impl NeedSession<'_> {
    /// The session's cookie.
    pub fn cookie(&self) -> &SessionCookie {
        self.cookie
    }

    /// The project that the path names, if it names one.
    pub fn project(&self) -> Option<&ProjectId> {
        self.evaluation.project()
    }

    /// Goes on with the session's access token as if the request had it as its bearer token; `None` if there is no such session.
    pub fn resume<'t>(
        self,
        token: Result<Option<&'t str>, Unavailable>,
        clock: Clock,
        token_cache: &mut TokenCache,
    ) -> Step<'t> {
        let Self { mut evaluation, requirement, .. } = self;
        match evaluation.find_session(token) {
            Ok(token) => {
                Step::of(Authentication::begin_with(evaluation, token, clock, token_cache), requirement)
            }
            Err(code) => Step::Decided(evaluation.deny(code)),
        }
    }
}

/// The token is well-formed and valid at this time; whether the project trusts it is open.
#[derive(Debug)]
pub struct NeedProject<'r, R = RouteRequirement> {
    state: ProjectNeeded<'r>,
    requirement: R,
}

impl<'r, R: Requirement> NeedProject<'r, R> {
    /// The project that the path names.
    pub fn project(&self) -> &ProjectId {
        self.state.project()
    }

    /// Goes on with the project's snapshot; `None` if there is no such project.
    pub fn resume(self, snapshot: Result<Option<Arc<Snapshot>>, Unavailable>) -> Step<'r, R> {
        Step::of(self.state.resume(snapshot), self.requirement)
    }
}

/// An entry of the project matches the token; its issuer's keys are needed.
#[derive(Debug)]
pub struct NeedKeys<'r, R = RouteRequirement> {
    state: KeysNeeded<'r>,
    requirement: R,
}

impl<'r, R: Requirement> NeedKeys<'r, R> {
    /// The project that needs the keys.
    pub fn project(&self) -> &ProjectId {
        self.state.project()
    }

    /// The issuer. Keys of any other issuer must not be used.
    pub fn issuer(&self) -> &Issuer {
        self.state.issuer()
    }

    /// Whether the keys that were given lack the token's `kid`: the issuer may have published newer ones.
    pub fn needs_newer_keys(&self) -> bool {
        self.state.needs_newer_keys()
    }

    /// Goes on with the issuer's keys. Where none has the token's `kid`, they are needed once more.
    pub fn resume(self, keys: Result<Arc<KeySet>, Unavailable>) -> Step<'r, R> {
        Step::of(self.state.resume(keys), self.requirement)
    }
}

/// A key has to be tried on the signature.
#[derive(Debug)]
pub struct NeedCheck<'r, R = RouteRequirement> {
    state: CheckNeeded<'r>,
    requirement: R,
}

impl<'r, R: Requirement> NeedCheck<'r, R> {
    /// What has to be checked.
    pub fn check(&self) -> SignatureCheck<'_> {
        let token = self.state.token();
        SignatureCheck {
            project: Some(self.state.project()),
            algorithm: token.algorithm(),
            key: self.state.key(),
            signing_input: token.signing_input(),
            signature: token.signature(),
        }
    }

    /// Goes on with the outcome.
    pub fn resume(self, outcome: KeyOutcome) -> Step<'r, R> {
        Step::of(self.state.resume(outcome), self.requirement)
    }
}
