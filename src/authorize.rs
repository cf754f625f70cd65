//! The decision on a request, as a function of its arguments.
//!
//! [`authorize`] goes as far as it can and then says what it needs: the project, the issuer's keys, the check of a
//! signature. Whoever drives it fetches that and resumes; there is no way back and no way around a step.

use std::sync::Arc;

use crate::algorithm::Algorithm;
use crate::code::Code;
use crate::credentials::Credentials;
use crate::decision::Decision;
use crate::demand::{Demand, Purpose};
use crate::gateway::Gateway;
use crate::inquiry::{Applicable, Inquiry};
use crate::issuer::Issuer;
use crate::key::Key;
use crate::key_set::{KeySet, NoCandidates};
use crate::project::ProjectId;
use crate::snapshot::Snapshot;
use crate::time::Time;
use crate::token::Token;
use crate::trace::{self, KeyOutcome};

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
    match inquiry.enter(gateway, request) {
        Ok(purpose) => authenticate(inquiry, purpose, request.authorization, clock),
        Err(verdict) => Step::Decided(inquiry.decide(verdict)),
    }
}

/// Decides whether a caller owns `project`: one of its own entries, which names the role `owner`, gives it to them.
pub fn authorize_owner<'r>(project: &ProjectId, authorization: Option<&'r str>, clock: Clock) -> Step<'r> {
    authenticate(Inquiry::about(project), Purpose::Manage, authorization, clock)
}

/// The token's form and its time, before anybody is asked about it.
fn authenticate(
    mut inquiry: Inquiry,
    purpose: Purpose,
    authorization: Option<&str>,
    clock: Clock,
) -> Step<'_> {
    let text = match Credentials::parse(authorization) {
        Credentials::Missing => return deny(inquiry, Code::TokenMissing),
        Credentials::Ambiguous => return deny(inquiry, Code::RequestInvalid),
        Credentials::Bearer(text) => text,
    };
    let token = match Token::parse(text) {
        Ok(token) => token,
        Err(reason) => {
            inquiry.trace.push(trace::Step::Malformed { reason });
            return deny(inquiry, Code::TokenMalformed);
        }
    };
    inquiry.trace.push(trace::Step::Token {
        issuer: token.untrusted().issuer().to_owned(),
        algorithm: token.algorithm(),
        kid: token.key_id().map(str::to_owned),
    });
    match inquiry.admit(token.untrusted(), purpose, clock) {
        Ok(demand) => Step::NeedProject(NeedProject { inquiry, demand, token }),
        Err(code) => deny(inquiry, code),
    }
}

fn deny<'r>(inquiry: Inquiry, code: Code) -> Step<'r> {
    let verdict = inquiry.deny(code);
    Step::Decided(inquiry.decide(verdict))
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
        match inquiry.consult(snapshot, token.untrusted()) {
            Ok((entry, issuer)) => {
                Step::NeedKeys(NeedKeys { inquiry, demand, token, entry, issuer, known_in_vain: false })
            }
            Err(code) => deny(inquiry, code),
        }
    }
}

/// The project trusts the token's issuer; its keys have to be had.
#[derive(Debug)]
pub struct NeedKeys<'r> {
    inquiry: Inquiry,
    demand: Demand,
    token: Token<'r>,
    entry: Applicable,
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
        let Self { mut inquiry, demand, token, entry, issuer, known_in_vain } = self;
        let Ok(keys) = keys else { return deny(inquiry, Code::KeysUnavailable) };
        let trusted = |key: &Key| entry.trusts(&issuer, key);
        match keys.candidates(token.key_id(), token.algorithm(), trusted) {
            Err(NoCandidates::None)
                if !known_in_vain && token.key_id().is_some_and(|kid| !keys.knows(kid)) =>
            {
                let known_in_vain = true;
                Step::NeedKeys(Self { inquiry, demand, token, entry, issuer, known_in_vain })
            }
            Ok(candidates) => {
                NeedCheck::next(candidates.into_iter(), Unverified { inquiry, demand, token, entry })
            }
            Err(reason) => {
                inquiry.trace.push(trace::Step::NoKey { reason });
                deny(inquiry, Code::TokenUntrusted)
            }
        }
    }
}

#[derive(Debug)]
struct Unverified<'r> {
    inquiry: Inquiry,
    demand: Demand,
    token: Token<'r>,
    entry: Applicable,
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
            None => deny(unverified.inquiry, Code::TokenUntrusted),
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
        let Unverified { mut inquiry, demand, token, entry } = unverified;
        let token = token.verified();
        match inquiry.recognise(&demand, entry, token.statement()) {
            Ok(qualified) => Step::Decided(inquiry.decide(demand.grant(qualified, &token))),
            Err(code) => deny(inquiry, code),
        }
    }
}
