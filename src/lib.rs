//! The core of Edge Authorizer: the rules that decide who may do what, as functions of their arguments.
//!
//! The path of a request names a project. The project's entries name the identity providers that it trusts. A verified token of
//! one of them identifies the caller and their roles, and the route requires a role. [`authorize`] puts these together.
//!
//! Nothing here does I/O, reads a clock or draws a random number: everything a decision depends on is an argument.
//!
//! The rooms, each of which uses only those below it: [`inspection`], `authz`, [`management`], [`login`], [`users`], [`accounts`],
//! `keys`, `config`, and at the bottom `token`, `http` and the ground values beside this file.

#![forbid(unsafe_code)]

pub mod inspection;

mod authz;

pub mod management;

pub mod login;

pub mod users;

pub mod accounts;

mod keys;

mod config;

mod http;
mod token;

mod cached;
pub mod document_reader;
pub mod document_weight;
mod error_code;
mod excerpt;
mod fair_cache;
mod fault;
mod issuer;
mod nearest;
mod project_id;
mod shown_times;
mod store_cache;
mod unavailable;
mod versioned;
mod visible;

pub use authz::assertion::{ASSERTION_HEADER, ASSERTION_REUSE, ASSERTION_TYPE, Assertion};
pub use authz::authorize::{
    FirstStep, NeedCheck, NeedKeys, NeedProject, NeedSession, Step, authorize, authorize_owner,
    authorize_platform, explain_owner,
};
pub use authz::clock::Clock;
pub use authz::decision::{Decision, Outcome, Verdict};
pub use authz::denial::Denial;
pub use authz::evidence::{Unverified, Verified};
pub use authz::explanation::Explanation;
pub use authz::identity::Identity;
pub use authz::owner_explanation::OwnerExplanation;
pub use authz::owner_refusal::OwnerRefusal;
pub use authz::ownership::Ownership;
pub use authz::permit::{InvalidSecret, Permit};
pub use authz::platform_access::{PlatformAccess, PlatformRole};
pub use authz::platform_explanation::PlatformExplanation;
pub use authz::principal::Principal;
pub use authz::request::Request;
pub use authz::requirement::{OwnerRequirement, PlatformRequirement, Requirement};
pub use authz::route_requirement::{Authorized, RouteRequirement};
pub use authz::simulation::{Simulation, SimulationStep, simulate, simulate_owner, simulate_platform};
pub use authz::token_cache::{CachedToken, TokenCache};
pub use authz::trace::Trace;
pub use authz::trace_step::{
    IdpOutcome, KeyOutcome, ProjectOutcome, RoleOutcome, RolesClaimOutcome, SessionOutcome, TraceStep,
};
pub use cached::{Cached, Loaded};
pub use config::access::{Access, MethodRoles};
pub use config::assertion::AssertionSettings;
pub use config::blocked_key::BlockedKey;
pub use config::cors::{Cors, ResponseHeaders};
pub use config::custom_idp::CustomIdp;
pub use config::idp_id::{IdpId, InvalidIdpId};
pub use config::origin::{BindingName, HeaderName, Origin, OriginUrl, SecretHeader};
pub use config::revocation::{Revocable, Revocation};
pub use config::role::{InvalidRole, Role};
pub use config::role_detection::RoleDetection;
pub use config::role_template::{InvalidRoleTemplate, RoleTemplate};
pub use config::route::Route;
pub use config::routes::{RouteMatch, Routes};
pub use config::snapshot::Snapshot;
pub use document_weight::weight;
pub use error_code::ErrorCode;
pub use excerpt::excerpt;
pub use fair_cache::{FairCache, Owner};
pub use fault::{Fault, Faults};
pub use http::method::{Method, UnsupportedMethod};
pub use http::own_path::{MANAGEMENT_PATH, OwnPath};
pub use http::request_path::{AmbiguousPath, RequestPath};
pub use http::target::Target;
pub use http::{egress, forwarding, gateway_cookies, header_rules};
pub use issuer::{InvalidIssuer, Issuer};
pub use keys::discovery;
pub use keys::fetched_keys::FetchedKeys;
pub use keys::imported_keys::ImportedKeys;
pub use keys::jwk::{Jwk, MAX_ID_BYTES as MAX_KEY_ID_BYTES, Unusable};
pub use keys::key_record::KeyRecord;
pub use keys::key_set::{InvalidKeySet, KeySet, NoCandidates, UnusableKey};
pub use keys::refresh_schedule::{FetchReason, RefreshPolicy, RefreshSchedule};
pub use keys::signature_check::SignatureCheck;
pub use nearest::nearest;
pub use project_id::{InvalidProjectId, ProjectId};
pub use shown_times::add_times;
pub use store_cache::StoreCache;
pub use token::algorithm::{Algorithm, Scheme, UnsupportedAlgorithm};
pub use token::bearer_credentials::BearerCredentials;
pub use token::claim_path::{ClaimPath, InvalidClaimPath};
pub use token::claims::Claims;
pub use token::compact_jws::{MAX_TOKEN_LENGTH, Token, VerifiedToken};
pub use token::jose_header::JoseHeader;
pub use token::malformed::Malformed;
pub use token::numeric_date::NumericDate;
pub use token::strict_json;
pub use token::validity::{OutsideValidity, TimeClaim, Validity};
pub use unavailable::Unavailable;
pub use versioned::Versioned;
pub use visible::{escape_json, is_bidi_control, visible};
