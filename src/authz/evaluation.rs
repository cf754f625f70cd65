//! The rules of a decision in their order, each once: for tokens ([`crate::authorize`]) and for claims that nobody
//! signed ([`crate::simulate`]).

use std::rc::Rc;
use std::sync::Arc;

use crate::authz::clock::Clock;
use crate::authz::decision::{Decision, Verdict};
use crate::authz::denial::Denial;
use crate::authz::matching::Audiences;
use crate::authz::permit::Permit;
use crate::authz::principal::Principal;
use crate::authz::request::Request;
use crate::authz::requirement::{Purpose, Qualified, Requirement};
use crate::authz::token_cache::{CachedToken, VerificationInputs};
use crate::authz::trace::{IdpOutcome, Trace, TraceStep};
use crate::config::cors::ResponseHeaders;
use crate::config::routes::{Access, Route, Routes};
use crate::config::snapshot::Snapshot;
use crate::error_code::ErrorCode;
use crate::http::method::Method;
use crate::http::request_path::{AmbiguousPath, RequestPath};
use crate::issuer::Issuer;
use crate::keys::jwk::Jwk;
use crate::project_id::ProjectId;
use crate::token::claims::{Claims, TimeClaim, Validity};
use crate::token::compact_jws::{Token, VerifiedToken};
use crate::unavailable::Unavailable;

/// The number of entries from which on those of other issuers are only counted.
const MAX_TRACED_OTHERS: usize = 10;

/// What is known so far, for whoever reads the decision.
#[derive(Debug, Default)]
pub struct Evaluation {
    route: Option<Arc<Route>>,
    project: Option<ProjectId>,
    principal: Option<Principal>,
    cached_token: Option<Rc<CachedToken>>,
    cors: Option<ResponseHeaders>,
    /// The steps so far.
    pub trace: Trace,
}

/// An entry of a project that applies to what a token says; the issuer's keys are still to vouch for it.
#[derive(Debug)]
pub struct MatchedEntry {
    snapshot: Arc<Snapshot>,
    position: usize,
}

impl MatchedEntry {
    /// The project that it is an entry of.
    pub fn snapshot(&self) -> &Arc<Snapshot> {
        &self.snapshot
    }

    /// Whether the project takes a key of the issuer.
    pub fn trusts(&self, issuer: &Issuer, key: &Jwk) -> bool {
        !self.snapshot.blocks(issuer, key.id(), key.thumbprint_text())
    }
}

impl Evaluation {
    /// An inquiry about somebody who wants to manage `project`.
    pub fn about(project: &ProjectId) -> Self {
        Self { project: Some(project.clone()), ..Self::default() }
    }

    /// What the request wants, by its path and method; or the end, where nobody has to be known for it.
    pub fn enter(&mut self, routes: &Routes, request: &Request<'_>) -> Result<Purpose, Verdict> {
        let path = RequestPath::try_from(request.path).map_err(|_| self.deny(ErrorCode::PathAmbiguous))?;
        let method = Method::try_from(request.method).map_err(|_| self.deny(ErrorCode::MethodNotAllowed))?;
        let found = match routes.find(&path) {
            Ok(Some(found)) => found,
            Ok(None) => return Err(self.deny(ErrorCode::RouteNotFound)),
            Err(AmbiguousPath) => return Err(self.deny(ErrorCode::PathAmbiguous)),
        };
        let route = found.route;
        let required = match &route.access {
            Access::Roles(roles) => Some(roles.required(method).clone()),
            Access::Public => None,
        };
        self.trace.push(TraceStep::Route { path: route.template.clone(), required: required.clone() });
        self.route = Some(route.clone());
        self.project = found.project.and_then(|name| ProjectId::try_from(name).ok());
        if let Some(cors) = &route.cors {
            self.cors = Some(cors.response_headers(request.origin));
            let is_preflight = method == Method::Options && request.asks_for_method;
            if let Some(origin) = request.origin.filter(|_| is_preflight) {
                self.cors = Some(cors.preflight_headers(origin, &route.access.methods()));
                return Err(Verdict::Preflight);
            }
        }
        match required {
            None => Err(Verdict::Permit(Permit::new(route, None))),
            Some(required) => Ok(Purpose::Forward { method, required, route }),
        }
    }

    /// The time of what is said, before anybody is asked about it; then what is demanded, and in whose name.
    pub fn admit(
        &mut self,
        times: Validity,
        purpose: Purpose,
        clock: Clock,
    ) -> Result<Requirement, ErrorCode> {
        if let Err(untimely) = times.check(clock.now, clock.skew) {
            let (claim, value) = (untimely.claim, untimely.value);
            self.trace.push(TraceStep::Untimely { claim, value, now: clock.now });
            return Err(match claim {
                TimeClaim::Exp => ErrorCode::TokenExpired,
                TimeClaim::Iat | TimeClaim::Nbf => ErrorCode::TokenNotYetValid,
            });
        }
        let project = self.project.clone().ok_or(ErrorCode::TokenUntrusted)?;
        Ok(Requirement { project, purpose })
    }

    /// The project's first entry that applies to what is said, and the issuer that has to vouch for it.
    pub fn consult(
        &mut self,
        snapshot: Result<Option<Arc<Snapshot>>, Unavailable>,
        claims: &Claims,
    ) -> Result<(MatchedEntry, Issuer), ErrorCode> {
        let snapshot = snapshot.map_err(|Unavailable| ErrorCode::ConfigUnavailable)?;
        let snapshot = snapshot.ok_or(ErrorCode::TokenUntrusted)?;
        let position = self.next_applicable(&snapshot, 0, claims, &Audiences::of(claims));
        let applicable = position.and_then(|position| Some((position, snapshot.idps().get(position)?)));
        let (position, idp) = applicable.ok_or(ErrorCode::TokenUntrusted)?;
        let issuer = idp.issuer.clone();
        Ok((MatchedEntry { snapshot, position }, issuer))
    }

    /// The first entry from `start` on that applies to what is said.
    fn next_applicable(
        &mut self,
        snapshot: &Snapshot,
        start: usize,
        claims: &Claims,
        audiences: &Audiences<'_>,
    ) -> Option<usize> {
        let mut untold = 0;
        for (position, idp) in snapshot.idps().iter().enumerate().skip(start) {
            let outcome = idp.consider(claims, audiences);
            if outcome == IdpOutcome::OtherIssuer && position >= MAX_TRACED_OTHERS {
                untold += 1;
                continue;
            }
            self.pass_over(std::mem::take(&mut untold));
            self.trace.push(TraceStep::Idp { id: idp.id.clone(), outcome });
            if outcome == IdpOutcome::Applies {
                return Some(position);
            }
        }
        self.pass_over(untold);
        None
    }

    fn pass_over(&mut self, count: usize) {
        if count > 0 {
            self.trace.push(TraceStep::MoreIdps { count });
        }
    }

    /// The first entry that applies and finds the caller's id decides.
    pub fn recognise(
        &mut self,
        requirement: &Requirement,
        MatchedEntry { snapshot, mut position }: MatchedEntry,
        claims: &Claims,
    ) -> Result<Qualified, ErrorCode> {
        let audiences = Audiences::of(claims);
        while let Some(idp) = snapshot.idps().get(position) {
            if let Some(identity) = idp.identify(claims, &requirement.project, &mut self.trace) {
                self.trace.push(TraceStep::Idp { id: idp.id.clone(), outcome: IdpOutcome::Decides });
                let principal = Principal { identity: Arc::new(identity), names_owner: idp.names_owner() };
                self.principal = Some(principal.clone());
                return requirement.judge(principal, &mut self.trace);
            }
            self.trace.push(TraceStep::Idp { id: idp.id.clone(), outcome: IdpOutcome::NoSubject });
            let next = self.next_applicable(&snapshot, position + 1, claims, &audiences);
            position = next.ok_or(ErrorCode::TokenUntrusted)?;
        }
        Err(ErrorCode::TokenUntrusted)
    }

    /// The project that the path names, if it names one.
    pub fn project(&self) -> Option<&ProjectId> {
        self.project.as_ref()
    }

    /// Takes note that a token's signature is wrong.
    pub fn learn_of_forgery(&mut self, token: &Token<'_>, inputs: VerificationInputs) {
        self.cached_token = Some(CachedToken::new(token, inputs, None));
    }

    /// Takes note of who bears a token, if an entry recognised them, whatever the route makes of it.
    pub fn learn_of_principal(&mut self, token: &VerifiedToken<'_>, inputs: VerificationInputs) {
        let principal = self.principal.clone();
        self.cached_token =
            principal.map(|principal| CachedToken::new(token.as_token(), inputs, Some(principal)));
    }

    /// The same as what was found out about a token before.
    pub fn recall(
        &mut self,
        requirement: &Requirement,
        cached: &Rc<CachedToken>,
    ) -> Result<Qualified, ErrorCode> {
        self.trace.push(TraceStep::Known);
        self.cached_token = Some(cached.clone());
        self.principal.clone_from(&cached.principal);
        match &cached.principal {
            Some(principal) => requirement.judge(principal.clone(), &mut self.trace),
            None => Err(ErrorCode::TokenUntrusted),
        }
    }

    /// A refusal.
    pub fn deny(&self, code: ErrorCode) -> Verdict {
        Verdict::Deny(Denial { code, realm: self.project.clone() })
    }

    /// The end.
    pub fn decide(self, verdict: Verdict) -> Decision {
        let Self { route, project, principal, cached_token, cors, trace } = self;
        let identity = principal.map(|principal| principal.identity);
        Decision { verdict, cors, route, project, identity, cached_token, trace }
    }
}
