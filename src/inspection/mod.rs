//! Tokens, roles and decisions for people: what they say, what is wrong with them, and what would be right.
//!
//! The page and the command line show what is made here. The rules are elsewhere, and nothing here decides.

mod diagnosis;
mod duplicate_member;
mod encoding_flaw;
mod flaw;
mod line;
mod match_reason;
mod narrative;
mod provider;
mod role_matches;
mod roles_guess;
mod suggestion;
mod wording;

pub use diagnosis::{Diagnosis, diagnose};
pub use flaw::{Flaw, Part, PartName};
pub use line::{Line, Mark};
pub use narrative::{NarrativeContext, narrate};
pub use provider::Provider;
pub use role_matches::{RoleMatch, RoleMatches, match_roles};
pub use suggestion::{SuggestedIdp, Suggestion, suggest};
