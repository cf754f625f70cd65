//! Settings, as the host's variables and secrets have them.

mod admin_tokens;
mod variables;

pub use admin_tokens::AdminTokens;
pub use variables::{InvalidVariable, Settings};
