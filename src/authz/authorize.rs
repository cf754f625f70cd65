//! The decision on a request, as a function of its arguments.
//!
//! [`authorize`] goes as far as it can and then says what it needs: the project, the issuer's keys, the check of a
//! signature. Whoever drives it fetches that and resumes; there is no way back and no way around a step.

use std::rc::Rc;
use std::sync::Arc;

use crate::authz::clock::Clock;
use crate::authz::decision::Decision;
use crate::authz::evaluation::{Evaluation, MatchedEntry};
use crate::authz::request::Request;
use crate::authz::requirement::{Purpose, Requirement};
use crate::authz::token_cache::{CachedToken, TokenCache, VerificationInputs};
use crate::authz::trace::{KeyOutcome, TraceStep};
use crate::config::routes::Routes;
use crate::config::snapshot::Snapshot;
use crate::error_code::ErrorCode;
use crate::issuer::Issuer;
use crate::keys::jwk::Jwk;
use crate::keys::key_set::{KeySet, NoCandidates};
use crate::project_id::ProjectId;
use crate::token::algorithm::Algorithm;
use crate::token::bearer_credentials::BearerCredentials;
use crate::token::compact_jws::Token;
use crate::unavailable::Unavailable;

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

/// Decides on `request`, as far as the request alone and what is known of its token allow.
pub fn authorize<'r>(
    routes: &Routes,
    request: &Request<'r>,
    clock: Clock,
    token_cache: &mut TokenCache,
) -> Step<'r> {
    let mut evaluation = Evaluation::default();
    match evaluation.enter(routes, request) {
        Ok(purpose) => authenticate(evaluation, purpose, request.authorization, clock, token_cache),
        Err(verdict) => Step::Decided(evaluation.decide(verdict)),
    }
}

/// Decides whether a caller owns `project`: one of its own entries, which names the role `owner`, gives it to them.
pub fn authorize_owner<'r>(project: &ProjectId, authorization: Option<&'r str>, clock: Clock) -> Step<'r> {
    let token_cache = &mut TokenCache::default();
    authenticate(Evaluation::about(project), Purpose::Manage, authorization, clock, token_cache)
}

/// The token's form and its time, before anybody is asked about it.
fn authenticate<'r>(
    mut evaluation: Evaluation,
    purpose: Purpose,
    authorization: Option<&'r str>,
    clock: Clock,
    token_cache: &mut TokenCache,
) -> Step<'r> {
    let text = match BearerCredentials::parse(authorization) {
        BearerCredentials::Missing => return deny(evaluation, ErrorCode::TokenMissing),
        BearerCredentials::Ambiguous => return deny(evaluation, ErrorCode::RequestInvalid),
        BearerCredentials::Bearer(text) => text,
    };
    let cached = evaluation.project().and_then(|project| token_cache.look_up(project, text));
    let (validity, token) = match cached {
        Some(cached) => (cached.validity, Presented::Cached(cached, text)),
        None => match read(&mut evaluation, text) {
            Ok(token) => (token.unverified_claims().validity(), Presented::New(Box::new(token))),
            Err(code) => return deny(evaluation, code),
        },
    };
    match evaluation.admit(validity, purpose, clock) {
        Ok(requirement) => Step::NeedProject(NeedProject { evaluation, requirement, token }),
        Err(code) => deny(evaluation, code),
    }
}

/// A token as it arrived, and what is known of it.
#[derive(Debug)]
enum Presented<'r> {
    New(Box<Token<'r>>),
    Cached(Rc<CachedToken>, &'r str),
}

fn read<'r>(evaluation: &mut Evaluation, text: &'r str) -> Result<Token<'r>, ErrorCode> {
    match Token::parse(text) {
        Ok(token) => {
            evaluation.trace.push(TraceStep::Token {
                issuer: token.unverified_claims().issuer().to_owned(),
                algorithm: token.algorithm(),
                kid: token.key_id().map(str::to_owned),
            });
            Ok(token)
        }
        Err(reason) => {
            evaluation.trace.push(TraceStep::Malformed { reason });
            Err(ErrorCode::TokenMalformed)
        }
    }
}

fn deny<'r>(evaluation: Evaluation, code: ErrorCode) -> Step<'r> {
    let verdict = evaluation.deny(code);
    Step::Decided(evaluation.decide(verdict))
}

/// The token is well-formed and timely; the project has to say whom it trusts.
#[derive(Debug)]
pub struct NeedProject<'r> {
    evaluation: Evaluation,
    requirement: Requirement,
    token: Presented<'r>,
}

impl<'r> NeedProject<'r> {
    /// The project that the path names.
    pub fn project(&self) -> &ProjectId {
        &self.requirement.project
    }

    /// Goes on with the project's snapshot; `None` if there is no such project.
    pub fn resume(self, snapshot: Result<Option<Arc<Snapshot>>, Unavailable>) -> Step<'r> {
        let Self { mut evaluation, requirement, token } = self;
        let token = match (token, &snapshot) {
            (Presented::New(token), _) => token,
            (Presented::Cached(cached, text), Ok(Some(snapshot))) if cached.is_by_snapshot(snapshot) => {
                let token = Trusted::Cached { cached, text, snapshot: snapshot.clone() };
                return Step::NeedKeys(NeedKeys { evaluation, requirement, token });
            }
            (Presented::Cached(_, text), _) => match read(&mut evaluation, text) {
                Ok(token) => Box::new(token),
                Err(code) => return deny(evaluation, code),
            },
        };
        consult(evaluation, requirement, token, snapshot)
    }
}

/// Asks the project about a token that has to be looked at.
fn consult(
    mut evaluation: Evaluation,
    requirement: Requirement,
    token: Box<Token<'_>>,
    snapshot: Result<Option<Arc<Snapshot>>, Unavailable>,
) -> Step<'_> {
    match evaluation.consult(snapshot, token.unverified_claims()) {
        Ok((entry, issuer)) => {
            let token = Trusted::New { token, entry, issuer, needs_newer_keys: false };
            Step::NeedKeys(NeedKeys { evaluation, requirement, token })
        }
        Err(code) => deny(evaluation, code),
    }
}

/// The project trusts the token's issuer; its keys have to be had.
#[derive(Debug)]
pub struct NeedKeys<'r> {
    evaluation: Evaluation,
    requirement: Requirement,
    token: Trusted<'r>,
}

/// A token whose issuer the project trusts.
#[derive(Debug)]
enum Trusted<'r> {
    New { token: Box<Token<'r>>, entry: MatchedEntry, issuer: Issuer, needs_newer_keys: bool },
    Cached { cached: Rc<CachedToken>, text: &'r str, snapshot: Arc<Snapshot> },
}

impl<'r> NeedKeys<'r> {
    /// The project that needs the keys.
    pub fn project(&self) -> &ProjectId {
        &self.requirement.project
    }

    /// The issuer whose keys count, and nobody else's.
    pub fn issuer(&self) -> &Issuer {
        match &self.token {
            Trusted::New { issuer, .. } => issuer,
            Trusted::Cached { cached, .. } => &cached.issuer,
        }
    }

    /// Whether keys were given already and the token's is not among them: there may be newer ones.
    pub fn needs_newer_keys(&self) -> bool {
        matches!(self.token, Trusted::New { needs_newer_keys: true, .. })
    }

    /// Goes on with the issuer's keys. Where none has the token's `kid`, they are asked for once more.
    pub fn resume(self, keys: Result<Arc<KeySet>, Unavailable>) -> Step<'r> {
        let Self { mut evaluation, requirement, token } = self;
        let Ok(keys) = keys else { return deny(evaluation, ErrorCode::KeysUnavailable) };
        let (token, entry, issuer, needs_newer_keys) = match token {
            Trusted::New { token, entry, issuer, needs_newer_keys } => {
                (token, entry, issuer, needs_newer_keys)
            }
            Trusted::Cached { cached, .. } if cached.is_by_keys(&keys) => {
                return match evaluation.recall(&requirement, &cached) {
                    Ok(qualified) => Step::Decided(evaluation.decide(requirement.grant(qualified, &*cached))),
                    Err(code) => deny(evaluation, code),
                };
            }
            Trusted::Cached { text, snapshot, .. } => {
                return match read(&mut evaluation, text) {
                    Ok(token) => consult(evaluation, requirement, Box::new(token), Ok(Some(snapshot))),
                    Err(code) => deny(evaluation, code),
                };
            }
        };
        match keys.candidates(token.key_id(), token.algorithm(), |key| entry.trusts(&issuer, key)) {
            Err(NoCandidates::None)
                if !needs_newer_keys && token.key_id().is_some_and(|kid| !keys.knows(kid)) =>
            {
                let token = Trusted::New { token, entry, issuer, needs_newer_keys: true };
                Step::NeedKeys(Self { evaluation, requirement, token })
            }
            Ok(candidates) => {
                let (project, snapshot) = (requirement.project.clone(), entry.snapshot().clone());
                let inputs = VerificationInputs { project, snapshot, issuer, keys };
                let unverified =
                    Unverified { evaluation, requirement, token, entry, inputs, is_forged: true };
                NeedCheck::next(candidates.into_iter(), unverified)
            }
            Err(reason) => {
                evaluation.trace.push(TraceStep::NoKey { reason });
                deny(evaluation, ErrorCode::TokenUntrusted)
            }
        }
    }
}

#[derive(Debug)]
struct Unverified<'r> {
    evaluation: Evaluation,
    requirement: Requirement,
    token: Box<Token<'r>>,
    entry: MatchedEntry,
    inputs: VerificationInputs,
    /// Whether every key that was tried says that the signature is wrong.
    is_forged: bool,
}

/// A key has to be tried on the signature.
#[derive(Debug)]
pub struct NeedCheck<'r> {
    key: Arc<Jwk>,
    others: std::vec::IntoIter<Arc<Jwk>>,
    unverified: Unverified<'r>,
}

/// What the platform has to check.
#[derive(Clone, Copy, Debug)]
pub struct SignatureCheck<'c> {
    /// How the signature is made.
    pub algorithm: Algorithm,
    /// Whose it should be.
    pub key: &'c Arc<Jwk>,
    /// What was signed.
    pub signing_input: &'c [u8],
    /// The signature.
    pub signature: &'c [u8],
}

impl<'r> NeedCheck<'r> {
    fn next(mut candidates: std::vec::IntoIter<Arc<Jwk>>, unverified: Unverified<'r>) -> Step<'r> {
        if let Some(key) = candidates.next() {
            return Step::NeedCheck(Self { key, others: candidates, unverified });
        }
        let Unverified { mut evaluation, token, inputs, is_forged, .. } = unverified;
        if is_forged {
            evaluation.learn_of_forgery(&token, inputs);
        }
        deny(evaluation, ErrorCode::TokenUntrusted)
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
        unverified.evaluation.trace.push(TraceStep::Key { kid: key.id().map(str::to_owned), outcome });
        if outcome != KeyOutcome::Verified {
            unverified.is_forged &= outcome == KeyOutcome::WrongSignature;
            return Self::next(others, unverified);
        }
        let Unverified { mut evaluation, requirement, token, entry, inputs, .. } = unverified;
        let token = token.verified();
        let recognised = evaluation.recognise(&requirement, entry, token.claims());
        evaluation.learn_of_principal(&token, inputs);
        match recognised {
            Ok(qualified) => Step::Decided(evaluation.decide(requirement.grant(qualified, &token))),
            Err(code) => deny(evaluation, code),
        }
    }
}
