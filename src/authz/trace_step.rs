//! One step of an evaluation, with its outcome.

use std::sync::Arc;

use serde::Serialize;

use crate::config::idp_id::IdpId;
use crate::config::role::{Role, Roles};
use crate::http::method::Method;
use crate::keys::key_set::NoCandidates;
use crate::project_id::ProjectId;
use crate::token::algorithm::Algorithm;
use crate::token::malformed::Malformed;
use crate::token::numeric_date::NumericDate;
use crate::token::validity::TimeClaim;

/// One step of an evaluation.
#[derive(Clone, Debug, PartialEq, Serialize)]
#[serde(tag = "step", rename_all = "snake_case")]
pub enum TraceStep {
    /// A route matches the path.
    Route {
        /// Its template.
        path: Arc<str>,
        /// The roles of which it requires one for the request's method; absent if it is public.
        required: Option<Roles>,
    },
    /// A browser presents a session, whose access token is used as if the request had it.
    Session {
        /// The outcome.
        outcome: SessionOutcome,
    },
    /// The token is malformed.
    Malformed {
        /// What is wrong.
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
    /// There is no token, only unsigned claims; header and signature are not checked.
    Claims {
        /// The issuer that they name.
        issuer: String,
    },
    /// The token is expired or not yet valid.
    Untimely {
        /// The claim.
        claim: TimeClaim,
        /// Its value.
        value: NumericDate,
        /// The time of the decision.
        now: NumericDate,
    },
    /// The token cache has the token, checked by the same entries and keys. The steps that follow, up to the roles, are those
    /// of its first evaluation.
    Known,
    /// The project that the path names was looked up.
    Project {
        /// Its name; absent if the path has none that a project could have.
        id: Option<ProjectId>,
        /// The outcome.
        outcome: ProjectOutcome,
    },
    /// An entry of the project was considered.
    Idp {
        /// The entry.
        id: IdpId,
        /// The outcome.
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
        /// The outcome.
        outcome: KeyOutcome,
    },
    /// The roles claim is missing or has the wrong type.
    RolesClaim {
        /// What is wrong.
        outcome: RolesClaimOutcome,
    },
    /// A value of the roles claim was read.
    Role {
        /// The value; absent if it is no string.
        value: Option<String>,
        /// The outcome.
        outcome: RoleOutcome,
    },
    /// More values of the roles claim were read in the same way than are shown.
    MoreRoles {
        /// How many.
        count: usize,
    },
    /// The project revokes the token.
    Revoked {
        /// The revocation.
        id: Arc<str>,
    },
    /// The caller's roles were compared with those of which the route requires one.
    Access {
        /// The request's method.
        method: Method,
        /// The roles that open the route for that method.
        required: Roles,
        /// The caller's roles.
        held: Roles,
    },
    /// Whether the caller owns the project, for the management API.
    Owner {
        /// The caller's roles.
        held: Roles,
        /// Whether they have the role `owner` by an entry that lists it.
        is_owner: bool,
    },
}

impl TraceStep {
    /// Its size in memory, in bytes.
    pub(crate) fn bytes(&self) -> usize {
        let texts = match self {
            Self::Token { issuer, kid, .. } => issuer.len() + kid.as_ref().map_or(0, String::len),
            Self::Key { kid: Some(text), .. } => text.len(),
            // A role is a copy of what its value has.
            Self::Role { value: Some(text), .. } => 2 * text.len(),
            _ => 0,
        };
        size_of::<Self>() + texts
    }
}

/// The outcome of looking a session up.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum SessionOutcome {
    /// It has an access token.
    Found,
    /// There is no such session.
    Unknown,
    /// It cannot be looked up.
    Unavailable,
    /// Another site sent the request, which is not one that only reads.
    CrossSite,
}

/// The outcome of looking a project up.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum ProjectOutcome {
    /// There is no such project.
    Unknown,
}

/// The outcome of considering an entry.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum IdpOutcome {
    /// It has another issuer.
    OtherIssuer,
    /// The authorized party is not in `allowedAzp`.
    AzpNotAllowed,
    /// No audience is in `allowedAud`.
    AudNotAllowed,
    /// The algorithm is not in `allowedAlgs`.
    AlgorithmNotAllowed,
    /// The token's type is not that of an access token, or not in `allowedTyp`.
    TypeNotAllowed,
    /// It applies to the token.
    Applies,
    /// The id claim is missing, empty, too long or not a string.
    NoSubject,
    /// It identified the caller and decides.
    Decides,
}

/// The outcome of trying a key.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize)]
#[serde(rename_all = "snake_case")]
#[cfg_attr(test, derive(ts_rs::TS))]
pub enum KeyOutcome {
    /// The key verifies the signature.
    Verified,
    /// The key does not verify the signature.
    WrongSignature,
    /// The platform rejects the key.
    KeyRefused,
}

/// What is wrong with the roles claim.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum RolesClaimOutcome {
    /// It is missing, which gives no roles.
    Missing,
    /// It is neither an array nor a string, which gives no roles.
    WrongShape,
}

/// The outcome of one value of the roles claim.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
#[serde(rename_all = "snake_case")]
#[cfg_attr(test, derive(ts_rs::TS))]
pub enum RoleOutcome {
    /// It gives this role.
    Kept(#[cfg_attr(test, ts(type = "string"))] Role),
    /// It gives this role, which `allowedRoles` does not name.
    NotAllowed(#[cfg_attr(test, ts(type = "string"))] Role),
    /// It does not have the template's form.
    NoMatch,
    /// The text that the template extracts is not a role name.
    NotARole,
    /// It is not a string.
    NotAString,
}
