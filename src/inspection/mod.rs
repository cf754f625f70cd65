//! Tokens, roles and decisions explained for people, for the inspector page and the command line.
//!
//! The rules are in the other rooms; nothing here decides.

mod answer;
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

pub use answer::answer;
pub use diagnosis::{Diagnosis, diagnose};
pub use flaw::{Flaw, Part, PartName};
pub use line::{Line, Mark};
pub use narrative::{NarrativeContext, narrate};
pub use provider::Provider;
pub use role_matches::{RoleMatch, RoleMatches, match_roles};
pub use suggestion::{SuggestedIdp, Suggestion, suggest};
