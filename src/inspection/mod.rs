//! Tokens, roles and decisions for people: what they say, what is wrong with them, and what would be right.
//!
//! The page and the command line show what is made here. The rules are elsewhere, and nothing here decides.

mod dissection;
mod guess;
mod matches;
mod narrative;
mod provider;
mod reason;
mod suggestion;
mod wording;

pub use dissection::{Dissection, Flaw, Part, PartName, dissect};
pub use matches::{RoleMatch, RoleMatches, match_roles};
pub use narrative::{Line, Mark, Setting, narrate};
pub use provider::Provider;
pub use suggestion::{SuggestedIdp, Suggestion, suggest};
