//! The login at the company's OpenID Provider: what is sent there, and the judgement of what comes from there.
//!
//! 1. [`FederationChange::read`] and [`ProviderMetadata::read`] make a [`RelyingParty`], for which all else is done.
//! 2. `/auth/login`: [`ReturnPath`], [`BrowserBinding`] and 32 random bytes make a [`LoginAttempt`]; its text, sealed, is the `state` of
//!    [`authorization_url`].
//! 3. Callback: [`AuthorizationResponse::parse`], open its `state`, [`LoginAttempt::from_text`], [`LoginAttempt::check`]; then
//!    [`AuthorizationResponse::accept`] yields an [`AuthorizationCode`]. Spend the transaction's id.
//! 4. [`token_request`], [`TokenResponse::process`], [`verify_id_token`]: drive the [`Verification`] to a [`VerifiedIdToken`].
//! 5. [`user_info_request`], if it lacks an email address; [`process_user_info`]. For an unbound user, [`trusted_email`].
//! 6. While the session is in use: [`refresh_request`], [`RefreshResponse::process`] and [`RefreshResponse::verify`] yield a [`Renewal`].
//! 7. Logout here: [`revocation_request`] and [`logout_url`]. At the provider: [`verify_logout_token`] yields a [`VerifiedLogout`].

mod authorization_request;
mod authorization_response;
mod browser_binding;
mod callback_limiter;
mod client_credentials;
mod client_metadata;
mod email_claims;
mod email_trust;
mod federation;
mod federation_change;
mod id_token;
mod issued_tokens;
mod login_attempt;
mod login_redirect;
mod logout_request;
mod logout_token;
mod prompt;
mod provider_endpoint;
mod provider_error;
mod provider_metadata;
mod provider_request;
mod refresh;
mod relying_party;
mod return_path;
mod revocation_request;
mod signed_claims;
mod token_endpoint_error;
mod token_exchange;
mod token_fault;
mod transaction;
mod user_info;
mod verification;

pub use authorization_request::authorization_url;
pub use authorization_response::{AuthorizationCode, AuthorizationResponse, ResponseFault};
pub use browser_binding::BrowserBinding;
pub use callback_limiter::CallbackLimiter;
pub use client_credentials::{ClientSecret, InvalidProviderClientId, ProviderClientId};
pub use client_metadata::client_metadata;
pub use email_claims::EmailClaims;
pub use email_trust::{EmailFault, trusted_email};
pub use federation::Federation;
pub use federation_change::FederationChange;
pub use id_token::{VerifiedIdToken, verify_id_token};
pub use login_attempt::{AttemptFault, CurrentAttempt, LoginAttempt};
pub use login_redirect::LoginRedirect;
pub use logout_request::logout_url;
pub use logout_token::{Ended, VerifiedLogout, verify_logout_token};
pub use prompt::{InvalidPrompt, Prompt};
pub use provider_endpoint::ProviderEndpoint;
pub use provider_error::ProviderError;
pub use provider_metadata::ProviderMetadata;
pub use provider_request::ProviderRequest;
pub use refresh::{RefreshResponse, Renewal, refresh_request};
pub use relying_party::{
    BACKCHANNEL_LOGOUT_PATH, CALLBACK_PATH, OtherProvider, RelyingParty, SIGNED_OUT_PATH,
};
pub use return_path::{InvalidReturnPath, ReturnPath};
pub use revocation_request::revocation_request;
pub use token_endpoint_error::TokenEndpointError;
pub use token_exchange::{TokenResponse, token_request};
pub use token_fault::TokenFault;
pub use transaction::Transaction;
pub use user_info::{UserInfoFault, process_user_info, user_info_request};
pub use verification::{NeedProviderKeys, NeedTokenCheck, Verification};
