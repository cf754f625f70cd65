//! Tokens, roles and decisions explained for people, for the inspector page and the command line.
//!
//! The rules are in the other rooms; nothing here decides.

mod answer;
mod conclusion;
mod der;
mod diagnosis;
mod discovery_request;
mod duplicate_member;
mod encoding_flaw;
mod entries_request;
mod explain_answer;
mod explain_question;
mod flaw;
mod formatting;
mod gateway_token;
mod key_report;
mod line;
mod match_question;
mod narrative;
mod pasted_credentials;
mod pasted_keys;
mod pem;
mod provider;
mod reasons;
mod role_claims;
mod role_matches;
mod roles_guess;
mod suggest_question;
mod suggestion;
#[cfg(test)]
mod typescript;
mod undecided;

pub use answer::answer;
pub use diagnosis::{Diagnosis, diagnose};
pub use discovery_request::{Configuration, DiscoveryError, DiscoveryRequest, Published, read_published};
pub use entries_request::{
    EntriesQuestion, EntriesRequest, EntriesResponse, NotLoaded, check_entries_response,
};
pub use explain_answer::{DocumentFaults, ExplainAnswer, Explained};
pub use explain_question::ExplainQuestion;
pub use flaw::{Flaw, Part, PartName};
pub use gateway_token::{GatewayToken, built_in_entry_for, gateway_token, is_assertion};
pub use key_report::{KeyReport, KeyResult, VerifyAnswer, VerifyQuestion};
pub use line::{Line, Mark};
pub use match_question::MatchQuestion;
pub use narrative::{NarrativeContext, narrate, narrate_so_far};
pub use pasted_credentials::{PastedCredentials, read_credentials};
pub use pasted_keys::{InvalidKeys, PastedKeys, read_keys};
pub use pem::NoPublicKey;
pub use provider::Provider;
pub use role_claims::{RoleClaim, role_claims};
pub use role_matches::{RoleMatch, RoleMatches, match_roles};
pub use suggest_question::SuggestQuestion;
pub use suggestion::{SuggestedIdp, Suggestion, suggest};
pub use undecided::{Missing, Undecided};
