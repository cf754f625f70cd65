//! Accounts of the gateway's own issuer: service accounts and their secrets, the entry by which
//! projects accept their tokens, and what the token endpoint says and is told.

mod access_token;
mod account_id;
mod account_settings;
mod assertion_key;
mod authenticated_client;
mod basic_credentials;
mod built_in_entry;
mod client_assertion;
mod client_id;
mod client_secret;
mod decoy_key;
mod form;
mod guess_limiter;
mod scope;
mod secret_digest;
mod service_account;
mod stored_secret;
mod token_answer;
mod token_request;

pub use access_token::{ACCESS_TOKEN_TYPE, AccessTokenClaims, Grant};
pub use account_id::{AccountId, InvalidAccountId};
pub use account_settings::{ADMIN, AUDITOR, AccountSettings, PLATFORM_ROLES, TOKEN_LIFE};
pub use assertion_key::{ASSERTION_KEY, AssertionKey};
pub use authenticated_client::AuthenticatedClient;
pub use basic_credentials::{BasicCredentials, MalformedBasic};
pub use built_in_entry::{ACCOUNTS, built_in_entry, own_issuer};
pub use client_assertion::{ASSERTION_TYPE, AssertionCheck, AssertionFault, ClientAssertion, UsedAssertion};
pub use client_id::{ClientId, InvalidClientId};
pub use client_secret::{ClientSecret, InvalidClientSecret};
pub use form::{Form, MalformedForm};
pub use guess_limiter::GuessLimiter;
pub use scope::InvalidScope;
pub use secret_digest::SecretDigest;
pub use service_account::ServiceAccount;
pub use stored_secret::StoredSecret;
pub use token_answer::{TokenAnswer, TokenError, TokenType};
pub use token_request::{ClientProof, MAX_TOKEN_REQUEST, TokenRequest};
