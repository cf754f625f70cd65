//! Tokens, roles and decisions for people: what they say, what is wrong with them, and what would be right.
//!
//! The page and the command line show what is made here. The rules are elsewhere, and nothing here decides.

mod diagnosis;
mod match_reason;
mod narrative;
mod provider;
mod role_matches;
mod roles_guess;
mod suggestion;
mod wording;

pub use diagnosis::{Diagnosis, Flaw, Part, PartName, diagnose};
pub use narrative::{Line, Mark, NarrativeContext, narrate};
pub use provider::Provider;
pub use role_matches::{RoleMatch, RoleMatches, match_roles};
pub use suggestion::{SuggestedIdp, Suggestion, suggest};
