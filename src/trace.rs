//! The steps that led to a decision. Logs, the explain API and the page show the same ones.

use std::sync::Arc;

use serde::Serialize;

use crate::algorithm::Algorithm;
use crate::idp::IdpId;
use crate::key_set::NoCandidates;
use crate::method::Method;
use crate::role::{Role, Roles};
use crate::statement::TimeClaim;
use crate::time::Time;
use crate::token::Malformed;

/// The steps of an evaluation, in order. They never contain the token.
#[derive(Clone, Debug, Default, PartialEq, Serialize)]
pub struct Trace(Vec<Step>);

impl Trace {
    /// The steps so far.
    pub fn steps(&self) -> &[Step] {
        &self.0
    }

    pub(crate) fn push(&mut self, step: Step) {
        self.0.push(step);
    }
}

/// One step of an evaluation.
#[derive(Clone, Debug, PartialEq, Serialize)]
#[serde(tag = "step", rename_all = "snake_case")]
pub enum Step {
    /// A route matches the path.
    Route {
        /// Its template.
        path: Arc<str>,
        /// The roles of which it demands one for the request's method; absent where it is public.
        required: Option<Roles>,
    },
    /// The token has no acceptable form.
    Malformed {
        /// What is wrong with it.
        reason: Malformed,
    },
    /// The token is well-formed.
    Token {
        /// The issuer that it claims.
        issuer: String,
        /// Its algorithm.
        algorithm: Algorithm,
        /// Its key id.
        kid: Option<String>,
    },
    /// There is no token, only claims that nobody signed: neither header nor signature is looked at.
    Claims {
        /// The issuer that they name.
        issuer: String,
    },
    /// Time says no.
    Untimely {
        /// The claim that says it.
        claim: TimeClaim,
        /// Its value.
        value: Time,
        /// The time of the decision.
        now: Time,
    },
    /// The token was looked at before, by the same entries and keys, and it is as it was then.
    Known,
    /// An entry of the project was considered.
    Idp {
        /// The entry.
        id: IdpId,
        /// What came of it.
        outcome: IdpOutcome,
    },
    /// More entries were considered than are shown, all of them of other issuers.
    MoreIdps {
        /// How many.
        count: usize,
    },
    /// No key of the issuer can be tried.
    NoKey {
        /// Why not.
        reason: NoCandidates,
    },
    /// A key was tried on the signature.
    Key {
        /// Its key id.
        kid: Option<String>,
        /// What came of it.
        outcome: KeyOutcome,
    },
    /// The roles claim has no shape that carries roles.
    RolesClaim {
        /// What is wrong with it.
        outcome: RolesClaimOutcome,
    },
    /// A value of the roles claim was read.
    Role {
        /// The value; absent if it is no string.
        value: Option<String>,
        /// What came of it.
        outcome: RoleOutcome,
    },
    /// More values of the roles claim were read in the same way than are shown.
    MoreRoles {
        /// How many.
        count: usize,
    },
    /// Whether the caller owns the project was looked at.
    Owner {
        /// The caller's roles.
        held: Roles,
        /// Whether `owner` is among them, and the entry names it.
        is_owner: bool,
    },
    /// The caller's roles were compared with those of which the route demands one.
    Access {
        /// The request's method.
        method: Method,
        /// The roles that open the route for that method.
        required: Roles,
        /// The caller's roles.
        held: Roles,
    },
}

/// What came of considering an entry.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum IdpOutcome {
    /// Its issuer is another one.
    OtherIssuer,
    /// The authorized party is none of `allowedAzp`.
    AzpNotAllowed,
    /// The audience is none of `allowedAud`.
    AudNotAllowed,
    /// The algorithm is none of `allowedAlgs`.
    AlgorithmNotAllowed,
    /// The token's type is not one of an access token, or none of `allowedTyp`.
    TypeNotAllowed,
    /// It applies to the token.
    Applies,
    /// The id claim is missing, empty, too long or not a string.
    NoSubject,
    /// It recognised the caller and decides.
    Decides,
}

/// What came of trying a key.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum KeyOutcome {
    /// The signature is the key's.
    Verified,
    /// It is not.
    WrongSignature,
    /// The platform does not take the key.
    KeyRefused,
}

/// What is wrong with the roles claim.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum RolesClaimOutcome {
    /// It is not there, which gives no roles.
    Missing,
    /// It is neither an array nor a string, which gives no roles.
    WrongShape,
}

/// What came of one value of the roles claim.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum RoleOutcome {
    /// It gives this role.
    Kept(Role),
    /// It gives this role, which `allowedRoles` does not name.
    NotAllowed(Role),
    /// It does not have the template's form.
    NoMatch,
    /// What the template finds is no role's name.
    NotARole,
    /// It is not a string.
    NotAString,
}
