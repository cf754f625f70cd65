//! Settings, as the host's variables and secrets have them.

mod admin_tokens;
mod issuer_settings;
mod variables;

pub use admin_tokens::AdminTokens;
pub use issuer_settings::{IssuerSettings, UnusableVariable};
pub use variables::{InvalidVariable, Settings};
