//! The rules of a decision in their order, each once: for tokens ([`crate::authorize`]) and for claims that nobody
//! signed ([`crate::suppose`]).

use std::rc::Rc;
use std::sync::Arc;

use crate::authorize::{Clock, Request, Unavailable};
use crate::code::Code;
use crate::cors::ResponseHeaders;
use crate::decision::{Decision, Denial, Permit, Verdict};
use crate::demand::{Demand, Purpose, Qualified};
use crate::gateway::{Access, Gateway, Route};
use crate::issuer::Issuer;
use crate::key::Key;
use crate::known::{Bearer, Grounds, KnownToken};
use crate::method::Method;
use crate::path::{AmbiguousPath, RequestPath};
use crate::project::ProjectId;
use crate::recognition::Audiences;
use crate::snapshot::Snapshot;
use crate::statement::{Statement, TimeClaim, Times};
use crate::token::{Token, VerifiedToken};
use crate::trace::{IdpOutcome, Step, Trace};

/// The number of entries from which on those of other issuers are only counted.
const MAX_TRACED_OTHERS: usize = 10;

/// What is known so far, for whoever reads the decision.
#[derive(Debug, Default)]
pub struct Inquiry {
    route: Option<Arc<Route>>,
    project: Option<ProjectId>,
    bearer: Option<Bearer>,
    known: Option<Rc<KnownToken>>,
    cors: Option<ResponseHeaders>,
    /// The steps so far.
    pub trace: Trace,
}

/// An entry of a project that applies to what a token says; the issuer's keys are still to vouch for it.
#[derive(Debug)]
pub struct Applicable {
    snapshot: Arc<Snapshot>,
    position: usize,
}

impl Applicable {
    /// The project that it is an entry of.
    pub fn snapshot(&self) -> &Arc<Snapshot> {
        &self.snapshot
    }

    /// Whether the project takes a key of the issuer.
    pub fn trusts(&self, issuer: &Issuer, key: &Key) -> bool {
        self.snapshot.trusts(issuer, key)
    }
}

impl Inquiry {
    /// An inquiry about somebody who wants to manage `project`.
    pub fn about(project: &ProjectId) -> Self {
        Self { project: Some(project.clone()), ..Self::default() }
    }

    /// What the request wants, by its path and method; or the end, where nobody has to be known for it.
    pub fn enter(&mut self, gateway: &Gateway, request: &Request<'_>) -> Result<Purpose, Verdict> {
        let path = RequestPath::try_from(request.path).map_err(|_| self.deny(Code::PathAmbiguous))?;
        let method = Method::try_from(request.method).map_err(|_| self.deny(Code::MethodNotAllowed))?;
        let found = match gateway.find(&path) {
            Ok(Some(found)) => found,
            Ok(None) => return Err(self.deny(Code::RouteNotFound)),
            Err(AmbiguousPath) => return Err(self.deny(Code::PathAmbiguous)),
        };
        let route = found.route;
        let required = match &route.access {
            Access::Roles(roles) => Some(roles.required(method).clone()),
            Access::Public => None,
        };
        self.trace.push(Step::Route { path: route.template.clone(), required: required.clone() });
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
    pub fn admit(&mut self, times: Times, purpose: Purpose, clock: Clock) -> Result<Demand, Code> {
        if let Err(untimely) = times.check(clock.now, clock.skew) {
            let (claim, value) = (untimely.claim, untimely.value);
            self.trace.push(Step::Untimely { claim, value, now: clock.now });
            return Err(match claim {
                TimeClaim::Exp => Code::TokenExpired,
                TimeClaim::Iat | TimeClaim::Nbf => Code::TokenNotYetValid,
            });
        }
        let project = self.project.clone().ok_or(Code::TokenUntrusted)?;
        Ok(Demand { project, purpose })
    }

    /// The project's first entry that applies to what is said, and the issuer that has to vouch for it.
    pub fn consult(
        &mut self,
        snapshot: Result<Option<Arc<Snapshot>>, Unavailable>,
        statement: &Statement,
    ) -> Result<(Applicable, Issuer), Code> {
        let snapshot = snapshot.map_err(|Unavailable| Code::ConfigUnavailable)?;
        let snapshot = snapshot.ok_or(Code::TokenUntrusted)?;
        let position = self.next_applicable(&snapshot, 0, statement, &Audiences::of(statement));
        let applicable = position.and_then(|position| Some((position, snapshot.idps().get(position)?)));
        let (position, idp) = applicable.ok_or(Code::TokenUntrusted)?;
        let issuer = idp.issuer.clone();
        Ok((Applicable { snapshot, position }, issuer))
    }

    /// The first entry from `start` on that applies to what is said.
    fn next_applicable(
        &mut self,
        snapshot: &Snapshot,
        start: usize,
        statement: &Statement,
        audiences: &Audiences<'_>,
    ) -> Option<usize> {
        let mut untold = 0;
        for (position, idp) in snapshot.idps().iter().enumerate().skip(start) {
            let outcome = idp.consider(statement, audiences);
            if outcome == IdpOutcome::OtherIssuer && position >= MAX_TRACED_OTHERS {
                untold += 1;
                continue;
            }
            self.pass_over(std::mem::take(&mut untold));
            self.trace.push(Step::Idp { id: idp.id.clone(), outcome });
            if outcome == IdpOutcome::Applies {
                return Some(position);
            }
        }
        self.pass_over(untold);
        None
    }

    fn pass_over(&mut self, count: usize) {
        if count > 0 {
            self.trace.push(Step::MoreIdps { count });
        }
    }

    /// The first entry that applies and finds the caller's id decides.
    pub fn recognise(
        &mut self,
        demand: &Demand,
        Applicable { snapshot, mut position }: Applicable,
        statement: &Statement,
    ) -> Result<Qualified, Code> {
        let audiences = Audiences::of(statement);
        while let Some(idp) = snapshot.idps().get(position) {
            if let Some(identity) = idp.identify(statement, &demand.project, &mut self.trace) {
                self.trace.push(Step::Idp { id: idp.id.clone(), outcome: IdpOutcome::Decides });
                let bearer = Bearer { identity: Arc::new(identity), names_owner: idp.names_owner() };
                self.bearer = Some(bearer.clone());
                return demand.judge(bearer, &mut self.trace);
            }
            self.trace.push(Step::Idp { id: idp.id.clone(), outcome: IdpOutcome::NoSubject });
            let next = self.next_applicable(&snapshot, position + 1, statement, &audiences);
            position = next.ok_or(Code::TokenUntrusted)?;
        }
        Err(Code::TokenUntrusted)
    }

    /// The project that the path names, if it names one.
    pub fn project(&self) -> Option<&ProjectId> {
        self.project.as_ref()
    }

    /// Takes note that a token's signature is wrong.
    pub fn learn_of_forgery(&mut self, token: &Token<'_>, grounds: Grounds) {
        self.known = Some(KnownToken::new(token, grounds, None));
    }

    /// Takes note of who bears a token, if an entry recognised them, whatever the route makes of it.
    pub fn learn_of_bearer(&mut self, token: &VerifiedToken<'_>, grounds: Grounds) {
        let bearer = self.bearer.clone();
        self.known = bearer.map(|bearer| KnownToken::new(token.as_token(), grounds, Some(bearer)));
    }

    /// The same as what was found out about a token before.
    pub fn recall(&mut self, demand: &Demand, known: &Rc<KnownToken>) -> Result<Qualified, Code> {
        self.trace.push(Step::Known);
        self.known = Some(known.clone());
        self.bearer.clone_from(&known.bearer);
        match &known.bearer {
            Some(bearer) => demand.judge(bearer.clone(), &mut self.trace),
            None => Err(Code::TokenUntrusted),
        }
    }

    /// A refusal.
    pub fn deny(&self, code: Code) -> Verdict {
        Verdict::Deny(Denial { code, realm: self.project.clone() })
    }

    /// The end.
    pub fn decide(self, verdict: Verdict) -> Decision {
        let Self { route, project, bearer, known, cors, trace } = self;
        let identity = bearer.map(|bearer| bearer.identity);
        Decision { verdict, cors, route, project, identity, known, trace }
    }
}
