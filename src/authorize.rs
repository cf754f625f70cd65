//! The decision on a request, as a function of its arguments.
//!
//! [`authorize`] goes as far as it can and then says what it needs: the project, the issuer's keys, the check of a
//! signature. Whoever drives it fetches that and resumes; there is no way back and no way around a step.

use std::sync::Arc;

use crate::algorithm::Algorithm;
use crate::code::Code;
use crate::cors::ResponseHeaders;
use crate::credentials::Credentials;
use crate::decision::{Decision, Denial, Identity, Permit, Verdict};
use crate::demand::{Demand, Purpose};
use crate::gateway::{Access, Gateway, Route};
use crate::idp::CustomIdp;
use crate::issuer::Issuer;
use crate::key::Key;
use crate::key_set::{KeySet, NoCandidates};
use crate::method::Method;
use crate::path::{AmbiguousPath, RequestPath};
use crate::project::ProjectId;
use crate::snapshot::Snapshot;
use crate::time::Time;
use crate::token::{Token, Untimely, VerifiedToken};
use crate::trace::{self, IdpOutcome, KeyOutcome, Trace};

/// What of a request decides.
#[derive(Clone, Copy, Debug)]
pub struct Request<'r> {
    /// The method's name.
    pub method: &'r str,
    /// The path exactly as it was sent, without the query.
    pub path: &'r str,
    /// The value of the `Authorization` header.
    pub authorization: Option<&'r str>,
    /// The value of the `Origin` header: the page in a browser that sends the request.
    pub origin: Option<&'r str>,
    /// Whether there is an `Access-Control-Request-Method` header.
    pub asks_for_method: bool,
}

/// When a request is decided on, and how far clocks may differ.
#[derive(Clone, Copy, Debug)]
pub struct Clock {
    /// The time of the decision.
    pub now: Time,
    /// The tolerance, in seconds.
    pub skew: f64,
}

/// What comes next.
#[derive(Debug)]
#[must_use]
pub enum Step<'r> {
    /// Nothing: this is the end.
    Decided(Decision),
    /// The project's snapshot is needed.
    NeedProject(NeedProject<'r>),
    /// An issuer's keys are needed.
    NeedKeys(NeedKeys<'r>),
    /// A signature has to be checked.
    NeedCheck(NeedCheck<'r>),
}

/// Something that is needed cannot be had at the moment.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Unavailable;

/// Decides on `request`, as far as the request alone allows.
pub fn authorize<'r>(gateway: &Gateway, request: &Request<'r>, clock: Clock) -> Step<'r> {
    let mut inquiry = Inquiry::default();
    let Ok(path) = RequestPath::try_from(request.path) else { return inquiry.deny(Code::PathAmbiguous) };
    let Ok(method) = Method::try_from(request.method) else { return inquiry.deny(Code::MethodNotAllowed) };
    let found = match gateway.find(&path) {
        Ok(Some(found)) => found,
        Ok(None) => return inquiry.deny(Code::RouteNotFound),
        Err(AmbiguousPath) => return inquiry.deny(Code::PathAmbiguous),
    };
    let route = found.route;
    inquiry.trace.push(trace::Step::Route { path: route.template.clone() });
    inquiry.route = Some(route.clone());
    inquiry.project = found.project.and_then(|name| ProjectId::try_from(name).ok());
    if let Some(cors) = &route.cors {
        inquiry.cors = Some(cors.response_headers(request.origin));
        if let Some(origin) = request.origin.filter(|_| method == Method::Options && request.asks_for_method)
        {
            inquiry.cors = Some(cors.preflight_headers(origin, &route.access.methods()));
            return inquiry.decide(Verdict::Preflight);
        }
    }
    let Access::Roles(roles) = &route.access else {
        return inquiry.decide(Verdict::Permit(Permit::new(route, None)));
    };
    let purpose = Purpose::Forward { method, roles: roles.clone(), route };
    authenticate(inquiry, purpose, request.authorization, clock)
}

/// Decides whether a caller owns `project`: one of its own entries, which names the role `owner`, gives it to them.
pub fn authorize_owner<'r>(project: &ProjectId, authorization: Option<&'r str>, clock: Clock) -> Step<'r> {
    let inquiry = Inquiry { project: Some(project.clone()), ..Inquiry::default() };
    authenticate(inquiry, Purpose::Manage, authorization, clock)
}

/// The token's form and its time, before anybody is asked about it.
fn authenticate(
    mut inquiry: Inquiry,
    purpose: Purpose,
    authorization: Option<&str>,
    clock: Clock,
) -> Step<'_> {
    let text = match Credentials::parse(authorization) {
        Credentials::Missing => return inquiry.deny(Code::TokenMissing),
        Credentials::Ambiguous => return inquiry.deny(Code::RequestInvalid),
        Credentials::Bearer(text) => text,
    };
    let token = match Token::parse(text) {
        Ok(token) => token,
        Err(reason) => {
            inquiry.trace.push(trace::Step::Malformed { reason });
            return inquiry.deny(Code::TokenMalformed);
        }
    };
    inquiry.trace.push(trace::Step::Token {
        issuer: token.issuer().to_owned(),
        algorithm: token.algorithm(),
        kid: token.key_id().map(str::to_owned),
    });
    match token.check_time(clock.now, clock.skew) {
        Err(Untimely::Expired) => return inquiry.deny(Code::TokenExpired),
        Err(Untimely::NotYetValid) => return inquiry.deny(Code::TokenNotYetValid),
        Ok(()) => {}
    }
    let Some(project) = inquiry.project.clone() else { return inquiry.deny(Code::TokenUntrusted) };
    let demand = Demand { project, purpose };
    Step::NeedProject(NeedProject { inquiry, demand, token })
}

/// What is known so far, for whoever reads the decision.
#[derive(Debug, Default)]
struct Inquiry {
    route: Option<Arc<Route>>,
    project: Option<ProjectId>,
    identity: Option<Arc<Identity>>,
    cors: Option<ResponseHeaders>,
    trace: Trace,
}

impl Inquiry {
    fn deny<'r>(self, code: Code) -> Step<'r> {
        let denial = Denial { code, realm: self.project.clone() };
        self.decide(Verdict::Deny(denial))
    }

    fn decide<'r>(self, verdict: Verdict) -> Step<'r> {
        let Self { route, project, identity, cors, trace } = self;
        Step::Decided(Decision { verdict, cors, route, project, identity, trace })
    }
}

/// The token is well-formed and timely; the project has to say whom it trusts.
#[derive(Debug)]
pub struct NeedProject<'r> {
    inquiry: Inquiry,
    demand: Demand,
    token: Token<'r>,
}

impl<'r> NeedProject<'r> {
    /// The project that the path names.
    pub fn project(&self) -> &ProjectId {
        &self.demand.project
    }

    /// Goes on with the project's snapshot; `None` if there is no such project.
    pub fn resume(self, snapshot: Result<Option<Arc<Snapshot>>, Unavailable>) -> Step<'r> {
        let Self { mut inquiry, demand, token } = self;
        let snapshot = match snapshot {
            Ok(Some(snapshot)) => snapshot,
            Ok(None) => return inquiry.deny(Code::TokenUntrusted),
            Err(Unavailable) => return inquiry.deny(Code::ConfigUnavailable),
        };
        let Some((position, idp)) = next_applicable(&snapshot, 0, &token, &mut inquiry.trace) else {
            return inquiry.deny(Code::TokenUntrusted);
        };
        let issuer = idp.issuer.clone();
        Step::NeedKeys(NeedKeys { inquiry, demand, token, snapshot, position, issuer, known_in_vain: false })
    }
}

/// The first entry from `start` on that applies to the token, with its position.
fn next_applicable<'s>(
    snapshot: &'s Snapshot,
    start: usize,
    token: &Token<'_>,
    trace: &mut Trace,
) -> Option<(usize, &'s CustomIdp)> {
    snapshot.idps().iter().enumerate().skip(start).find(|(_, idp)| {
        let outcome = idp.consider(token);
        trace.push(trace::Step::Idp { id: idp.id.clone(), outcome });
        outcome == IdpOutcome::Applies
    })
}

/// The project trusts the token's issuer; its keys have to be had.
#[derive(Debug)]
pub struct NeedKeys<'r> {
    inquiry: Inquiry,
    demand: Demand,
    token: Token<'r>,
    snapshot: Arc<Snapshot>,
    position: usize,
    issuer: Issuer,
    known_in_vain: bool,
}

impl<'r> NeedKeys<'r> {
    /// The issuer whose keys count, and nobody else's.
    pub fn issuer(&self) -> &Issuer {
        &self.issuer
    }

    /// Whether keys were given already and the token's is not among them: there may be newer ones.
    pub fn known_in_vain(&self) -> bool {
        self.known_in_vain
    }

    /// Goes on with the issuer's keys. Where none has the token's `kid`, they are asked for once more.
    pub fn resume(self, keys: Result<Arc<KeySet>, Unavailable>) -> Step<'r> {
        let Self { mut inquiry, demand, token, snapshot, position, issuer, known_in_vain } = self;
        let Ok(keys) = keys else { return inquiry.deny(Code::KeysUnavailable) };
        let trusted = |key: &Key| snapshot.trusts(&issuer, key);
        match keys.candidates(token.key_id(), token.algorithm(), trusted) {
            Err(NoCandidates::None)
                if !known_in_vain && token.key_id().is_some_and(|kid| !keys.knows(kid)) =>
            {
                let known_in_vain = true;
                Step::NeedKeys(Self { inquiry, demand, token, snapshot, position, issuer, known_in_vain })
            }
            Ok(candidates) => {
                let candidates = candidates.into_iter();
                NeedCheck::next(candidates, Unverified { inquiry, demand, token, snapshot, position })
            }
            Err(reason) => {
                inquiry.trace.push(trace::Step::NoKey { reason });
                inquiry.deny(Code::TokenUntrusted)
            }
        }
    }
}

#[derive(Debug)]
struct Unverified<'r> {
    inquiry: Inquiry,
    demand: Demand,
    token: Token<'r>,
    snapshot: Arc<Snapshot>,
    position: usize,
}

/// A key has to be tried on the signature.
#[derive(Debug)]
pub struct NeedCheck<'r> {
    key: Arc<Key>,
    others: std::vec::IntoIter<Arc<Key>>,
    unverified: Unverified<'r>,
}

/// What the platform has to check.
#[derive(Clone, Copy, Debug)]
pub struct SignatureCheck<'c> {
    /// How the signature is made.
    pub algorithm: Algorithm,
    /// Whose it should be.
    pub key: &'c Arc<Key>,
    /// What was signed.
    pub signing_input: &'c [u8],
    /// The signature.
    pub signature: &'c [u8],
}

impl<'r> NeedCheck<'r> {
    fn next(mut candidates: std::vec::IntoIter<Arc<Key>>, unverified: Unverified<'r>) -> Step<'r> {
        match candidates.next() {
            Some(key) => Step::NeedCheck(Self { key, others: candidates, unverified }),
            None => unverified.inquiry.deny(Code::TokenUntrusted),
        }
    }

    /// What has to be checked.
    pub fn check(&self) -> SignatureCheck<'_> {
        let token = &self.unverified.token;
        SignatureCheck {
            algorithm: token.algorithm(),
            key: &self.key,
            signing_input: token.signing_input(),
            signature: token.signature(),
        }
    }

    /// Goes on with the answer.
    pub fn resume(self, outcome: KeyOutcome) -> Step<'r> {
        let Self { key, others, mut unverified } = self;
        unverified.inquiry.trace.push(trace::Step::Key { kid: key.id().map(str::to_owned), outcome });
        if outcome != KeyOutcome::Verified {
            return Self::next(others, unverified);
        }
        let Unverified { inquiry, demand, token, snapshot, position } = unverified;
        identify(inquiry, &demand, &token.verified(), &snapshot, position)
    }
}

/// The first entry from `position` on that applies and finds the caller's id decides.
fn identify<'r>(
    mut inquiry: Inquiry,
    demand: &Demand,
    token: &VerifiedToken<'_>,
    snapshot: &Snapshot,
    position: usize,
) -> Step<'r> {
    let mut next = snapshot.idps().get(position).map(|idp| (position, idp));
    while let Some((position, idp)) = next {
        if let Some(identity) = idp.identify(token, &demand.project, &mut inquiry.trace) {
            inquiry.trace.push(trace::Step::Idp { id: idp.id.clone(), outcome: IdpOutcome::Decides });
            let identity = Arc::new(identity);
            inquiry.identity = Some(identity.clone());
            return match demand.judge(idp, &identity, &mut inquiry.trace) {
                Ok(verdict) => inquiry.decide(verdict),
                Err(code) => inquiry.deny(code),
            };
        }
        inquiry.trace.push(trace::Step::Idp { id: idp.id.clone(), outcome: IdpOutcome::NoSubject });
        next = next_applicable(snapshot, position + 1, token.as_token(), &mut inquiry.trace);
    }
    inquiry.deny(Code::TokenUntrusted)
}
