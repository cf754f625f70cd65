//! Tokens, roles and decisions explained for people, for the inspector page and the command line.
//!
//! The rules are in the other rooms; nothing here decides.

mod der;
mod diagnosis;
mod duplicate_member;
mod encoding_flaw;
mod flaw;
mod line;
mod match_reason;
mod narrative;
mod pasted_credentials;
mod pasted_keys;
mod pem;
mod provider;
mod role_claims;
mod role_matches;
mod roles_guess;
mod suggestion;
mod wording;

pub use diagnosis::{Diagnosis, diagnose};
pub use flaw::{Flaw, Part, PartName};
pub use line::{Line, Mark};
pub use narrative::{NarrativeContext, narrate};
pub use pasted_credentials::{PastedCredentials, read_credentials};
pub use pasted_keys::{InvalidKeys, read_keys};
pub use pem::NoPublicKey;
pub use provider::Provider;
pub use role_claims::{RoleClaim, role_claims};
pub use role_matches::{RoleMatch, RoleMatches, match_roles};
pub use suggestion::{SuggestedIdp, Suggestion, suggest};
