//! The decision on a request, as a function of its arguments.
//!
//! [`authorize`] goes as far as it can and then says what it needs: the project, the issuer's keys, the check of a
//! signature. Whoever drives it fetches that and resumes; there is no way back and no way around a step.

use std::rc::Rc;
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
use crate::known::{Grounds, KnownToken, KnownTokens};
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

/// Decides on `request`, as far as the request alone and what is known of its token allow.
pub fn authorize<'r>(
    gateway: &Gateway,
    request: &Request<'r>,
    clock: Clock,
    known: &mut KnownTokens,
) -> Step<'r> {
    let mut inquiry = Inquiry::default();
    match inquiry.enter(gateway, request) {
        Ok(purpose) => authenticate(inquiry, purpose, request.authorization, clock, known),
        Err(verdict) => Step::Decided(inquiry.decide(verdict)),
    }
}

/// Decides whether a caller owns `project`: one of its own entries, which names the role `owner`, gives it to them.
pub fn authorize_owner<'r>(project: &ProjectId, authorization: Option<&'r str>, clock: Clock) -> Step<'r> {
    let known = &mut KnownTokens::default();
    authenticate(Inquiry::about(project), Purpose::Manage, authorization, clock, known)
}

/// The token's form and its time, before anybody is asked about it.
fn authenticate<'r>(
    mut inquiry: Inquiry,
    purpose: Purpose,
    authorization: Option<&'r str>,
    clock: Clock,
    known: &mut KnownTokens,
) -> Step<'r> {
    let text = match Credentials::parse(authorization) {
        Credentials::Missing => return deny(inquiry, Code::TokenMissing),
        Credentials::Ambiguous => return deny(inquiry, Code::RequestInvalid),
        Credentials::Bearer(text) => text,
    };
    let known = inquiry.project().and_then(|project| known.recall(project, text));
    let (times, token) = match known {
        Some(known) => (known.times, Presented::Known(known, text)),
        None => match read(&mut inquiry, text) {
            Ok(token) => (token.untrusted().times(), Presented::New(Box::new(token))),
            Err(code) => return deny(inquiry, code),
        },
    };
    match inquiry.admit(times, purpose, clock) {
        Ok(demand) => Step::NeedProject(NeedProject { inquiry, demand, token }),
        Err(code) => deny(inquiry, code),
    }
}

/// A token as it arrived, and what is known of it.
#[derive(Debug)]
enum Presented<'r> {
    New(Box<Token<'r>>),
    Known(Rc<KnownToken>, &'r str),
}

fn read<'r>(inquiry: &mut Inquiry, text: &'r str) -> Result<Token<'r>, Code> {
    match Token::parse(text) {
        Ok(token) => {
            inquiry.trace.push(trace::Step::Token {
                issuer: token.untrusted().issuer().to_owned(),
                algorithm: token.algorithm(),
                kid: token.key_id().map(str::to_owned),
            });
            Ok(token)
        }
        Err(reason) => {
            inquiry.trace.push(trace::Step::Malformed { reason });
            Err(Code::TokenMalformed)
        }
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
    token: Presented<'r>,
}

impl<'r> NeedProject<'r> {
    /// The project that the path names.
    pub fn project(&self) -> &ProjectId {
        &self.demand.project
    }

    /// Goes on with the project's snapshot; `None` if there is no such project.
    pub fn resume(self, snapshot: Result<Option<Arc<Snapshot>>, Unavailable>) -> Step<'r> {
        let Self { mut inquiry, demand, token } = self;
        let token = match (token, &snapshot) {
            (Presented::New(token), _) => token,
            (Presented::Known(known, text), Ok(Some(snapshot))) if known.is_by_snapshot(snapshot) => {
                let token = Vouched::Known { known, text, snapshot: snapshot.clone() };
                return Step::NeedKeys(NeedKeys { inquiry, demand, token });
            }
            (Presented::Known(_, text), _) => match read(&mut inquiry, text) {
                Ok(token) => Box::new(token),
                Err(code) => return deny(inquiry, code),
            },
        };
        consult(inquiry, demand, token, snapshot)
    }
}

/// Asks the project about a token that has to be looked at.
fn consult(
    mut inquiry: Inquiry,
    demand: Demand,
    token: Box<Token<'_>>,
    snapshot: Result<Option<Arc<Snapshot>>, Unavailable>,
) -> Step<'_> {
    match inquiry.consult(snapshot, token.untrusted()) {
        Ok((entry, issuer)) => {
            let token = Vouched::New { token, entry, issuer, known_in_vain: false };
            Step::NeedKeys(NeedKeys { inquiry, demand, token })
        }
        Err(code) => deny(inquiry, code),
    }
}

/// The project trusts the token's issuer; its keys have to be had.
#[derive(Debug)]
pub struct NeedKeys<'r> {
    inquiry: Inquiry,
    demand: Demand,
    token: Vouched<'r>,
}

/// A token whose issuer the project trusts.
#[derive(Debug)]
enum Vouched<'r> {
    New { token: Box<Token<'r>>, entry: Applicable, issuer: Issuer, known_in_vain: bool },
    Known { known: Rc<KnownToken>, text: &'r str, snapshot: Arc<Snapshot> },
}

impl<'r> NeedKeys<'r> {
    /// The project that needs the keys.
    pub fn project(&self) -> &ProjectId {
        &self.demand.project
    }

    /// The issuer whose keys count, and nobody else's.
    pub fn issuer(&self) -> &Issuer {
        match &self.token {
            Vouched::New { issuer, .. } => issuer,
            Vouched::Known { known, .. } => &known.issuer,
        }
    }

    /// Whether keys were given already and the token's is not among them: there may be newer ones.
    pub fn known_in_vain(&self) -> bool {
        matches!(self.token, Vouched::New { known_in_vain: true, .. })
    }

    /// Goes on with the issuer's keys. Where none has the token's `kid`, they are asked for once more.
    pub fn resume(self, keys: Result<Arc<KeySet>, Unavailable>) -> Step<'r> {
        let Self { mut inquiry, demand, token } = self;
        let Ok(keys) = keys else { return deny(inquiry, Code::KeysUnavailable) };
        let (token, entry, issuer, known_in_vain) = match token {
            Vouched::New { token, entry, issuer, known_in_vain } => (token, entry, issuer, known_in_vain),
            Vouched::Known { known, .. } if known.is_by_keys(&keys) => {
                return match inquiry.recall(&demand, &known) {
                    Ok(qualified) => Step::Decided(inquiry.decide(demand.grant(qualified, &*known))),
                    Err(code) => deny(inquiry, code),
                };
            }
            Vouched::Known { text, snapshot, .. } => {
                return match read(&mut inquiry, text) {
                    Ok(token) => consult(inquiry, demand, Box::new(token), Ok(Some(snapshot))),
                    Err(code) => deny(inquiry, code),
                };
            }
        };
        match keys.candidates(token.key_id(), token.algorithm(), |key| entry.trusts(&issuer, key)) {
            Err(NoCandidates::None)
                if !known_in_vain && token.key_id().is_some_and(|kid| !keys.knows(kid)) =>
            {
                let token = Vouched::New { token, entry, issuer, known_in_vain: true };
                Step::NeedKeys(Self { inquiry, demand, token })
            }
            Ok(candidates) => {
                let (project, snapshot) = (demand.project.clone(), entry.snapshot().clone());
                let grounds = Grounds { project, snapshot, issuer, keys };
                let unverified = Unverified { inquiry, demand, token, entry, grounds, is_forged: true };
                NeedCheck::next(candidates.into_iter(), unverified)
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
    token: Box<Token<'r>>,
    entry: Applicable,
    grounds: Grounds,
    /// Whether every key that was tried says that the signature is wrong.
    is_forged: bool,
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
    /// For which project; none where a key is tried without one.
    pub project: Option<&'c ProjectId>,
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
        if let Some(key) = candidates.next() {
            return Step::NeedCheck(Self { key, others: candidates, unverified });
        }
        let Unverified { mut inquiry, token, grounds, is_forged, .. } = unverified;
        if is_forged {
            inquiry.learn_of_forgery(&token, grounds);
        }
        deny(inquiry, Code::TokenUntrusted)
    }

    /// What has to be checked.
    pub fn check(&self) -> SignatureCheck<'_> {
        let Unverified { token, demand, .. } = &self.unverified;
        SignatureCheck {
            project: Some(&demand.project),
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
            unverified.is_forged &= outcome == KeyOutcome::WrongSignature;
            return Self::next(others, unverified);
        }
        let Unverified { mut inquiry, demand, token, entry, grounds, .. } = unverified;
        let token = token.verified();
        let recognised = inquiry.recognise(&demand, entry, token.statement());
        inquiry.learn_of_bearer(&token, grounds);
        match recognised {
            Ok(qualified) => Step::Decided(inquiry.decide(demand.grant(qualified, &token))),
            Err(code) => deny(inquiry, code),
        }
    }
}
