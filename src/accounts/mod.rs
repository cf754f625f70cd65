//! Accounts of the gateway's own issuer: service accounts and their secrets, and the entry by which projects accept their tokens.

mod account_id;
mod account_settings;
mod built_in_entry;
mod client_id;
mod client_secret;
mod secret_digest;
mod service_account;
mod stored_secret;

pub use account_id::{AccountId, InvalidAccountId};
pub use account_settings::{ADMIN, AUDITOR, AccountSettings, PLATFORM_ROLES, TOKEN_LIFE};
pub use built_in_entry::{ACCOUNTS, built_in_entry, own_issuer};
pub use client_id::{ClientId, InvalidClientId};
pub use client_secret::{ClientSecret, InvalidClientSecret};
pub use secret_digest::SecretDigest;
pub use service_account::ServiceAccount;
pub use stored_secret::StoredSecret;
