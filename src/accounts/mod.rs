//! Accounts of the gateway's own issuer: service accounts and their secrets, the entry by which
//! projects accept their tokens, and what the token endpoint says and is told; the issuer itself, and the keys that it signs
//! with.

mod access_token;
mod account_id;
mod account_settings;
mod assertion_fault;
mod assertion_key;
mod auth_endpoint;
mod authenticated_client;
mod basic_credentials;
mod built_in_entry;
mod client_assertion;
mod client_id;
mod client_secret;
mod decoy_key;
mod form;
mod guess_limiter;
mod metadata;
mod network;
mod public_url;
mod scope;
mod secret_digest;
mod service_account;
mod session_token;
mod signing_key;
mod signing_keys;
mod signing_schedule;
mod signing_set;
mod stored_secret;
mod token_answer;
mod token_request;
mod unsigned_jws;

pub use access_token::{ACCESS_TOKEN_TYPE, AccessTokenClaims, Grant, is_revoked_within};
pub use account_id::{AccountId, InvalidAccountId};
pub use account_settings::{ADMIN, AUDITOR, AccountSettings, PLATFORM_ROLES, TOKEN_LIFE};
pub use assertion_fault::AssertionFault;
pub use assertion_key::{ASSERTION_KEY, AssertionKey};
pub use auth_endpoint::{AuthDocument, AuthEndpoint, LoginEndpoint};
pub use authenticated_client::AuthenticatedClient;
pub use basic_credentials::{BasicCredentials, MalformedBasic};
pub use built_in_entry::{ACCOUNTS, built_in_entry};
pub use client_assertion::{
    ASSERTION_TYPE, AssertionCheck, AssertionUse, ClientAssertion, VerifiedAssertion,
};
pub use client_id::{ClientId, InvalidClientId};
pub use client_secret::{ClientSecret, InvalidClientSecret};
pub use form::{Form, MalformedForm};
pub use guess_limiter::GuessLimiter;
pub use metadata::metadata;
pub use network::{network, site};
pub use public_url::{InvalidPublicUrl, PublicUrl};
pub use scope::InvalidScope;
pub use secret_digest::SecretDigest;
pub use service_account::ServiceAccount;
pub use session_token::{SESSION_CLIENT, SESSION_TOKEN_LIFE, SessionTokenClaims, SessionUser};
pub use signing_key::{NotEs256, RetiredKey, SigningKey};
pub use signing_keys::{KeyState, NotReady, SigningKeys};
pub use signing_schedule::SigningSchedule;
pub use signing_set::SigningSet;
pub use stored_secret::StoredSecret;
pub use token_answer::{TokenAnswer, TokenError, TokenType};
pub use token_request::{ClientProof, MAX_TOKEN_REQUEST, TokenRequest};
pub use unsigned_jws::UnsignedJws;
