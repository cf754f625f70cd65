//! Authentication of a token, step by step: its form and time, the project's entries, the issuer's keys, the signature.
//!
//! Each state leads to the next one; no step can be skipped or repeated. What is required of the caller is checked afterwards,
//! by [`crate::Requirement`].

use std::sync::Arc;

use crate::authz::clock::Clock;
use crate::authz::evaluation::{Evaluation, MatchedEntry};
use crate::authz::evidence::Verified;
use crate::authz::principal::Principal;
use crate::authz::token_cache::{CachedToken, TokenCache, VerificationInputs};
use crate::authz::trace_step::{KeyOutcome, TraceStep};
use crate::config::snapshot::Snapshot;
use crate::error_code::ErrorCode;
use crate::issuer::Issuer;
use crate::keys::jwk::Jwk;
use crate::keys::key_set::{KeySet, NoCandidates};
use crate::project_id::ProjectId;
use crate::token::bearer_credentials::BearerCredentials;
use crate::token::compact_jws::Token;
use crate::unavailable::Unavailable;

/// How far an authentication is.
#[derive(Debug)]
pub enum Authentication<'r> {
    /// It is over.
    Done(Evaluation, Result<Principal<Verified>, ErrorCode>),
    /// The project's snapshot is needed.
    Project(ProjectNeeded<'r>),
    /// An issuer's keys are needed.
    Keys(KeysNeeded<'r>),
    /// A signature has to be checked.
    Check(CheckNeeded<'r>),
}

impl<'r> Authentication<'r> {
    /// Checks the form and the time of the token.
    pub fn begin(
        mut evaluation: Evaluation,
        authorization: Option<&'r str>,
        clock: Clock,
        token_cache: &mut TokenCache,
    ) -> Self {
        let text = match BearerCredentials::parse(authorization) {
            BearerCredentials::Missing => return Self::failed(evaluation, ErrorCode::TokenMissing),
            BearerCredentials::Ambiguous(reason) => {
                evaluation.reason = Some(reason);
                return Self::failed(evaluation, ErrorCode::RequestInvalid);
            }
            BearerCredentials::Bearer(text) => text,
        };
        Self::begin_with(evaluation, text, clock, token_cache)
    }

    /// The same of a token by itself.
    #[inline(never)]
    pub fn begin_with(
        mut evaluation: Evaluation,
        text: &'r str,
        clock: Clock,
        token_cache: &mut TokenCache,
    ) -> Self {
        let cached = evaluation.project().and_then(|project| token_cache.look_up(project, text));
        let (validity, token) = match cached {
            Some(cached) => (cached.validity, Presented::Cached(cached, text)),
            None => match parse(&mut evaluation, text) {
                Ok(token) => (token.unverified_claims().validity(), Presented::New(Box::new(token))),
                Err(code) => return Self::failed(evaluation, code),
            },
        };
        match evaluation.admit(validity, clock) {
            Ok(project) => Self::Project(ProjectNeeded { evaluation, project, token }),
            Err(code) => Self::failed(evaluation, code),
        }
    }

    fn failed(evaluation: Evaluation, code: ErrorCode) -> Self {
        Self::Done(evaluation, Err(code))
    }

    /// Matches a parsed token with the project's entries.
    fn match_entries(
        mut evaluation: Evaluation,
        project: ProjectId,
        token: Box<Token<'r>>,
        snapshot: Result<Option<Arc<Snapshot>>, Unavailable>,
    ) -> Self {
        match evaluation.match_entries(snapshot, token.unverified_claims()) {
            Ok((entry, issuer)) => {
                let token = Matched::New { token, entry, issuer, needs_newer_keys: false };
                Self::Keys(KeysNeeded { evaluation, project, token })
            }
            Err(code) => Self::failed(evaluation, code),
        }
    }
}

/// A token as it arrived: parsed, or with its entry in the cache.
#[derive(Debug)]
enum Presented<'r> {
    New(Box<Token<'r>>),
    Cached(Arc<CachedToken>, &'r str),
}

fn parse<'r>(evaluation: &mut Evaluation, text: &'r str) -> Result<Token<'r>, ErrorCode> {
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

/// The token is well-formed and valid at this time; whether the project trusts it is open.
#[derive(Debug)]
pub struct ProjectNeeded<'r> {
    evaluation: Evaluation,
    project: ProjectId,
    token: Presented<'r>,
}

impl<'r> ProjectNeeded<'r> {
    pub fn project(&self) -> &ProjectId {
        &self.project
    }

    #[inline(never)]
    pub fn resume(self, snapshot: Result<Option<Arc<Snapshot>>, Unavailable>) -> Authentication<'r> {
        let Self { mut evaluation, project, token } = self;
        let token = match (token, &snapshot) {
            (Presented::New(token), _) => token,
            (Presented::Cached(cached, text), Ok(Some(snapshot))) if cached.is_by_snapshot(snapshot) => {
                let token = Matched::Cached { cached, text, snapshot: snapshot.clone() };
                return Authentication::Keys(KeysNeeded { evaluation, project, token });
            }
            (Presented::Cached(_, text), _) => match parse(&mut evaluation, text) {
                Ok(token) => Box::new(token),
                Err(code) => return Authentication::failed(evaluation, code),
            },
        };
        Authentication::match_entries(evaluation, project, token, snapshot)
    }
}

/// An entry of the project matches the token; its issuer's keys are needed.
#[derive(Debug)]
pub struct KeysNeeded<'r> {
    evaluation: Evaluation,
    project: ProjectId,
    token: Matched<'r>,
}

/// A token that an entry of the project matches.
#[derive(Debug)]
enum Matched<'r> {
    New { token: Box<Token<'r>>, entry: MatchedEntry, issuer: Issuer, needs_newer_keys: bool },
    Cached { cached: Arc<CachedToken>, text: &'r str, snapshot: Arc<Snapshot> },
}

impl<'r> KeysNeeded<'r> {
    pub fn project(&self) -> &ProjectId {
        &self.project
    }

    pub fn issuer(&self) -> &Issuer {
        match &self.token {
            Matched::New { issuer, .. } => issuer,
            Matched::Cached { cached, .. } => &cached.issuer,
        }
    }

    pub fn needs_newer_keys(&self) -> bool {
        matches!(self.token, Matched::New { needs_newer_keys: true, .. })
    }

    #[inline(never)]
    pub fn resume(self, keys: Result<Arc<KeySet>, Unavailable>) -> Authentication<'r> {
        let Self { mut evaluation, project, token } = self;
        let Ok(keys) = keys else {
            return Authentication::failed(evaluation, ErrorCode::KeysUnavailable);
        };
        let (token, entry, issuer, needs_newer_keys) = match token {
            Matched::New { token, entry, issuer, needs_newer_keys } => {
                (token, entry, issuer, needs_newer_keys)
            }
            Matched::Cached { cached, .. } if cached.is_by_keys(&keys) => {
                let caller = evaluation.recall(cached);
                return Authentication::Done(evaluation, caller);
            }
            Matched::Cached { text, snapshot, .. } => {
                return match parse(&mut evaluation, text) {
                    Ok(token) => Authentication::match_entries(
                        evaluation,
                        project,
                        Box::new(token),
                        Ok(Some(snapshot)),
                    ),
                    Err(code) => Authentication::failed(evaluation, code),
                };
            }
        };
        match keys.candidates(token.key_id(), token.algorithm(), |key| entry.accepts(&issuer, key)) {
            Err(NoCandidates::None)
                if !needs_newer_keys && token.key_id().is_some_and(|kid| !keys.knows(kid)) =>
            {
                let token = Matched::New { token, entry, issuer, needs_newer_keys: true };
                Authentication::Keys(Self { evaluation, project, token })
            }
            Ok(candidates) => {
                let snapshot = entry.snapshot().clone();
                let inputs = VerificationInputs { project, snapshot, issuer, keys };
                let unverified = Unverified { evaluation, token, entry, inputs, is_forged: true };
                CheckNeeded::next(candidates.into_iter(), unverified)
            }
            Err(reason) => {
                evaluation.trace.push(TraceStep::NoKey { reason });
                Authentication::failed(evaluation, ErrorCode::TokenUntrusted)
            }
        }
    }
}

#[derive(Debug)]
struct Unverified<'r> {
    evaluation: Evaluation,
    token: Box<Token<'r>>,
    entry: MatchedEntry,
    inputs: VerificationInputs,
    /// Whether the signature is wrong by every key that was tried.
    is_forged: bool,
}

/// A key has to be tried on the signature.
#[derive(Debug)]
pub struct CheckNeeded<'r> {
    key: Arc<Jwk>,
    others: std::vec::IntoIter<Arc<Jwk>>,
    unverified: Unverified<'r>,
}

impl<'r> CheckNeeded<'r> {
    fn next(mut candidates: std::vec::IntoIter<Arc<Jwk>>, unverified: Unverified<'r>) -> Authentication<'r> {
        if let Some(key) = candidates.next() {
            return Authentication::Check(Self { key, others: candidates, unverified });
        }
        let Unverified { mut evaluation, token, inputs, is_forged, .. } = unverified;
        if is_forged {
            evaluation.remember_forged(&token, inputs);
        }
        Authentication::failed(evaluation, ErrorCode::TokenUntrusted)
    }

    pub fn project(&self) -> &ProjectId {
        &self.unverified.inputs.project
    }

    pub fn key(&self) -> &Arc<Jwk> {
        &self.key
    }

    pub fn token(&self) -> &Token<'r> {
        &self.unverified.token
    }

    #[inline(never)]
    pub fn resume(self, outcome: KeyOutcome) -> Authentication<'r> {
        let Self { key, others, mut unverified } = self;
        unverified.evaluation.trace.push(TraceStep::Key { kid: key.id().map(str::to_owned), outcome });
        if outcome != KeyOutcome::Verified {
            unverified.is_forged &= outcome == KeyOutcome::WrongSignature;
            return Self::next(others, unverified);
        }
        let Unverified { mut evaluation, token, entry, inputs, .. } = unverified;
        let token = token.verified();
        let caller = evaluation.identify(&inputs.project, entry, &token);
        if let Ok(principal) = &caller {
            evaluation.remember_verified(&token, inputs, principal.clone());
        }
        Authentication::Done(evaluation, caller)
    }
}
