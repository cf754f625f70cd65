//! The rules of a decision in their order, each once: for tokens ([`crate::authorize`]) and for claims that nobody
//! signed ([`crate::simulate`]).

use std::sync::Arc;

use crate::authz::audiences::Audiences;
use crate::authz::clock::Clock;
use crate::authz::decision::{Decision, Verdict};
use crate::authz::denial::Denial;
use crate::authz::evidence::{Evidence, Verified};
use crate::authz::identity::Identity;
use crate::authz::matching;
use crate::authz::owner_refusal::OwnerRefusal;
use crate::authz::permit::Permit;
use crate::authz::principal::Principal;
use crate::authz::request::Request;
use crate::authz::route_requirement::RouteRequirement;
use crate::authz::token_cache::{CachedToken, VerificationInputs};
use crate::authz::trace::Trace;
use crate::authz::trace_step::{IdpOutcome, ProjectOutcome, TraceStep};
use crate::config::access::Access;
use crate::config::cors::ResponseHeaders;
use crate::config::route::Route;
use crate::config::routes::Routes;
use crate::config::snapshot::Snapshot;
use crate::error_code::ErrorCode;
use crate::http::method::{Method, UnsupportedMethod};
use crate::http::request_path::{AmbiguousPath, RequestPath};
use crate::issuer::Issuer;
use crate::keys::jwk::Jwk;
use crate::login::LoginRedirect;
use crate::project_id::ProjectId;
use crate::token::claims::Claims;
use crate::token::compact_jws::{Token, VerifiedToken};
use crate::token::validity::{TimeClaim, Validity};
use crate::unavailable::Unavailable;

/// The number of entries from which on those of other issuers are only counted.
const MAX_TRACED_OTHERS: usize = 10;

/// The results so far.
#[derive(Debug, Default)]
pub struct Evaluation {
    route: Option<Arc<Route>>,
    /// Whether a session may take the place of a token, as the route says; a request with `Authorization` has made its choice.
    pub takes_session: bool,
    project: Option<ProjectId>,
    identity: Option<Arc<Identity>>,
    cached_token: Option<Arc<CachedToken>>,
    cors: Option<ResponseHeaders>,
    /// What is wrong with this request in particular.
    pub reason: Option<&'static str>,
    /// The steps so far.
    pub trace: Trace,
}

/// An entry of a project that matches a token's claims; whether its issuer signed them is open.
#[derive(Debug)]
pub struct MatchedEntry {
    snapshot: Arc<Snapshot>,
    position: usize,
}

impl MatchedEntry {
    /// The project's snapshot that has the entry.
    pub fn snapshot(&self) -> &Arc<Snapshot> {
        &self.snapshot
    }

    /// Whether the project accepts a key of the issuer.
    pub fn accepts(&self, issuer: &Issuer, key: &Jwk) -> bool {
        !self.snapshot.blocks(issuer, key.id(), key.thumbprint_text())
    }
}

impl Evaluation {
    /// An evaluation for `project` without a route.
    pub fn about(project: &ProjectId) -> Self {
        Self { project: Some(project.clone()), ..Self::default() }
    }

    /// What the route requires, by path and method; or the verdict, where the caller does not matter.
    pub fn enter(&mut self, routes: &Routes, request: &Request<'_>) -> Result<RouteRequirement, Verdict> {
        let refused = |code| Verdict::Deny(Denial { code, realm: None });
        let path = match RequestPath::try_from(request.path) {
            Ok(path) => path,
            Err(ambiguous) => return Err(self.refuse_path(ambiguous)),
        };
        let method = Method::try_from(request.method).map_err(|_| {
            self.reason = UnsupportedMethod::reason(request.method);
            refused(ErrorCode::MethodNotAllowed)
        })?;
        let found = match routes.find(&path) {
            Ok(Some(found)) => found,
            Ok(None) => return Err(refused(ErrorCode::RouteNotFound)),
            Err(ambiguous) => return Err(self.refuse_path(ambiguous)),
        };
        let route = found.route;
        let required = match &route.access {
            Access::Roles(roles) => Some(roles.required(method).clone()),
            Access::Public => None,
        };
        self.trace.push(TraceStep::Route { path: route.template.clone(), required: required.clone() });
        self.route = Some(route.clone());
        self.takes_session = route.takes_session && request.authorization.is_none();
        // The platform has accounts and no routes.
        let project = found.project.and_then(|name| ProjectId::try_from(name).ok());
        self.project = project.filter(|project| !project.is_platform());
        if let Some(cors) = &route.cors {
            self.cors = Some(cors.response_headers(request.origin));
            let is_preflight = method == Method::Options && request.asks_for_method;
            if let Some(origin) = request.origin.filter(|_| is_preflight) {
                self.cors = Some(cors.preflight_headers(origin, &route.access.methods()));
                return Err(Verdict::Preflight);
            }
        }
        if let Some(permit) = Permit::for_public(&route) {
            return Err(Verdict::Permit(permit));
        }
        Ok(RouteRequirement { method, required: required.unwrap_or_default(), route })
    }

    fn refuse_path(&mut self, ambiguous: AmbiguousPath) -> Verdict {
        self.reason = Some(ambiguous.reason());
        Verdict::Deny(Denial { code: ErrorCode::PathAmbiguous, realm: None })
    }

    /// Checks the times of a token before anything is fetched for it, and returns the project that the path names.
    pub fn admit(&mut self, validity: Validity, clock: Clock) -> Result<ProjectId, ErrorCode> {
        if let Err(outside) = validity.check(clock.now, clock.skew) {
            let (claim, value) = (outside.claim, outside.value);
            self.trace.push(TraceStep::Untimely { claim, value, now: clock.now });
            return Err(match claim {
                TimeClaim::Exp => ErrorCode::TokenExpired,
                TimeClaim::Iat | TimeClaim::Nbf => ErrorCode::TokenNotYetValid,
            });
        }
        self.project.clone().ok_or_else(|| self.unknown_project())
    }

    /// There is no project of the name in the path.
    fn unknown_project(&mut self) -> ErrorCode {
        let outcome = ProjectOutcome::Unknown;
        self.trace.push(TraceStep::Project { id: self.project.clone(), outcome });
        ErrorCode::TokenUntrusted
    }

    /// The project's first entry that matches the claims, and the issuer that must have signed them.
    pub fn match_entries(
        &mut self,
        snapshot: Result<Option<Arc<Snapshot>>, Unavailable>,
        claims: &Claims,
    ) -> Result<(MatchedEntry, Issuer), ErrorCode> {
        let snapshot = snapshot.map_err(|Unavailable| ErrorCode::ConfigUnavailable)?;
        let snapshot = snapshot.ok_or_else(|| self.unknown_project())?;
        let position = self.next_match(&snapshot, 0, claims, &Audiences::of(claims));
        let matched = position.and_then(|position| Some((position, snapshot.idps().get(position)?)));
        let (position, idp) = matched.ok_or(ErrorCode::TokenUntrusted)?;
        let issuer = idp.issuer.clone();
        Ok((MatchedEntry { snapshot, position }, issuer))
    }

    /// The first entry from `start` on that matches the claims.
    fn next_match(
        &mut self,
        snapshot: &Snapshot,
        start: usize,
        claims: &Claims,
        audiences: &Audiences<'_>,
    ) -> Option<usize> {
        let mut untold = 0;
        for (position, idp) in snapshot.idps().iter().enumerate().skip(start) {
            let outcome = matching::match_entry(idp, claims, audiences);
            if outcome == IdpOutcome::OtherIssuer && position >= MAX_TRACED_OTHERS {
                untold += 1;
                continue;
            }
            self.trace_skipped(std::mem::take(&mut untold));
            self.trace.push(TraceStep::Idp { id: idp.id.clone(), outcome });
            if outcome == IdpOutcome::Applies {
                return Some(position);
            }
        }
        self.trace_skipped(untold);
        None
    }

    fn trace_skipped(&mut self, count: usize) {
        if count > 0 {
            self.trace.push(TraceStep::MoreIdps { count });
        }
    }

    /// The caller, by the first entry from `matched` on that matches the evidence and finds the caller's id, unless the
    /// project revokes the token. One that is revoked is refused, and no later entry is tried.
    pub fn identify<E: Evidence>(
        &mut self,
        project: &ProjectId,
        MatchedEntry { snapshot, mut position }: MatchedEntry,
        evidence: &E,
    ) -> Result<Principal<E::Strength>, ErrorCode> {
        let audiences = Audiences::of(evidence.claims());
        while let Some(idp) = snapshot.idps().get(position) {
            if let Some(principal) = Principal::identify(idp, evidence, project, &mut self.trace) {
                self.trace.push(TraceStep::Idp { id: idp.id.clone(), outcome: IdpOutcome::Decides });
                self.identity = Some(principal.identity().clone());
                let token = matching::revocable(idp, evidence.claims(), &principal.identity().subject);
                if let Some(revocation) = snapshot.revocation(&token) {
                    self.trace.push(TraceStep::Revoked { id: revocation.id.clone() });
                    return Err(ErrorCode::TokenUntrusted);
                }
                return Ok(principal);
            }
            self.trace.push(TraceStep::Idp { id: idp.id.clone(), outcome: IdpOutcome::NoSubject });
            let next = self.next_match(&snapshot, position + 1, evidence.claims(), &audiences);
            position = next.ok_or(ErrorCode::TokenUntrusted)?;
        }
        Err(ErrorCode::TokenUntrusted)
    }

    /// The project that the path names, if it names one.
    pub fn project(&self) -> Option<&ProjectId> {
        self.project.as_ref()
    }

    /// Prepares the entry of the token cache for a token with a wrong signature.
    pub fn remember_forged(&mut self, token: &Token<'_>, inputs: VerificationInputs) {
        self.cached_token = Some(CachedToken::forged(token, inputs, self.trace.share()));
    }

    /// Prepares the entry of the token cache for a verified token, whether or not the route accepts the caller.
    pub fn remember_verified(
        &mut self,
        token: &VerifiedToken<'_>,
        inputs: VerificationInputs,
        principal: Principal<Verified>,
    ) {
        self.cached_token = Some(CachedToken::verified(token, inputs, principal, self.trace.share()));
    }

    /// The caller by an entry of the token cache.
    pub fn recall(&mut self, cached: Arc<CachedToken>) -> Result<Principal<Verified>, ErrorCode> {
        self.trace.recall(cached.steps.clone());
        let principal = cached.principal.clone();
        self.identity = principal.as_ref().map(|principal| principal.identity().clone());
        self.cached_token = Some(cached);
        principal.ok_or(ErrorCode::TokenUntrusted)
    }

    /// A refusal, for callers of the project.
    pub fn denial(&self, code: ErrorCode) -> Denial {
        Denial { code, realm: self.project.clone() }
    }

    /// The refusal of a caller who does not own the project.
    pub fn refuse_owner(self, code: ErrorCode) -> OwnerRefusal {
        OwnerRefusal { denial: self.denial(code), identity: self.identity, trace: self.trace }
    }

    /// The decision to refuse.
    pub fn deny(self, code: ErrorCode) -> Decision {
        let denial = self.denial(code);
        self.decide(Verdict::Deny(denial))
    }

    /// The decision.
    pub fn decide(self, verdict: Verdict) -> Decision {
        let Self { route, takes_session, project, identity, cached_token, cors, reason, trace } = self;
        let login_redirect = match verdict.code().filter(|_| takes_session) {
            Some(ErrorCode::TokenMissing) => Some(LoginRedirect::SignIn),
            Some(ErrorCode::RoleMissing) => Some(LoginRedirect::RoleMissing),
            _ => None,
        };
        Decision { verdict, reason, login_redirect, cors, route, project, identity, cached_token, trace }
    }
}
