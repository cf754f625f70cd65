//! The core of an edge authorizer: who may do what, decided from values alone.
//!
//! A request names a project in its path; the project names the identity providers that it trusts; a token of one of
//! them gives the caller an id and roles; the route says which roles open it. [`authorize`] puts these together.
//!
//! Nothing here does I/O, reads a clock or draws a random number: what a decision depends on is an argument.

#![forbid(unsafe_code)]

mod algorithm;
mod authorize;
pub mod cache;
mod claims;
mod code;
mod cors;
mod credentials;
mod decision;
mod demand;
pub mod discovery;
mod distrusted;
pub mod document;
pub mod excerpt;
mod explanation;
pub mod fair_cache;
pub mod fifo_lock;
mod gateway;
pub mod headers;
mod idp;
mod imported_keys;
mod inquiry;
pub mod inspection;
mod issuer;
pub mod json;
mod key;
mod key_life;
mod key_record;
mod key_set;
mod known;
pub mod management;
mod method;
mod origin;
mod path;
mod project;
mod recognition;
pub mod remote;
mod roca;
mod role;
mod snapshot;
mod statement;
mod stored_key;
mod suppose;
mod time;
mod token;
pub mod trace;
mod web_url;

pub use algorithm::{Algorithm, Scheme, UnsupportedAlgorithm};
pub use authorize::{
    Clock, NeedCheck, NeedKeys, NeedProject, Request, SignatureCheck, Step, Unavailable, authorize,
    authorize_owner,
};
pub use claims::{ClaimPath, InvalidClaimPath};
pub use code::Code;
pub use cors::{Cors, ResponseHeaders};
pub use credentials::Credentials;
pub use decision::{Decision, Denial, Identity, Outcome, Ownership, Permit, Verdict};
pub use distrusted::DistrustedKey;
pub use explanation::Explanation;
pub use gateway::{Access, Gateway, MANAGEMENT_PATH, MethodRoles, OWN_PATHS, Route, RouteMatch};
pub use idp::{CustomIdp, IdpId, InvalidIdpId, RoleDetection};
pub use imported_keys::ImportedKeys;
pub use issuer::{InvalidIssuer, Issuer};
pub use key::{Key, MAX_ID_BYTES as MAX_KEY_ID_BYTES, Unusable};
pub use key_life::{KeyLife, KeyPolicy, Want};
pub use key_record::{KeyRecord, Published};
pub use key_set::{InvalidKeySet, KeySet, NoCandidates, UnusableKey};
pub use known::{Bearer, KnownToken, KnownTokens};
pub use method::{Method, UnsupportedMethod};
pub use origin::{BindingName, HeaderName, Origin, OriginUrl, SecretHeader};
pub use path::{AmbiguousPath, RequestPath, Target};
pub use project::{InvalidProjectId, ProjectId};
pub use role::{InvalidRole, InvalidRoleTemplate, Role, RoleTemplate};
pub use snapshot::Snapshot;
pub use statement::{Header, Statement, TimeClaim, Untimely};
pub use suppose::{Supposed, Supposition, suppose};
pub use time::Time;
pub use token::{MAX_TOKEN_LENGTH, Malformed, Token, VerifiedToken};
