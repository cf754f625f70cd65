//! The types of questions and answers in TypeScript. The page imports the generated file, so that it cannot differ from
//! the Rust types unnoticed.

use std::fs;

use ts_rs::{Config, TS};

use super::diagnosis::Diagnosis;
use super::discovery_request::{Configuration, DiscoveryRequest, Published};
use super::entries_request::{EntriesQuestion, EntriesRequest, EntriesResponse};
use super::explain_answer::{DocumentFaults, ExplainAnswer, Explained};
use super::explain_question::ExplainQuestion;
use super::flaw::{Flaw, Part, PartName};
use super::gateway_token::GatewayToken;
use super::key_report::{KeyReport, VerifyAnswer, VerifyQuestion};
use super::line::{Line, Mark};
use super::match_question::MatchQuestion;
use super::pasted_credentials::PastedCredentials;
use super::pasted_keys::PastedKeys;
use super::provider::Provider;
use super::role_claims::RoleClaim;
use super::role_matches::{RoleMatch, RoleMatches};
use super::suggest_question::SuggestQuestion;
use super::suggestion::Suggestion;
use super::undecided::{Missing, Undecided};
use crate::authz::decision::Outcome;
use crate::authz::explanation::Explanation;
use crate::authz::trace_step::RoleOutcome;
use crate::fault::Fault;

const FILE: &str = concat!(env!("CARGO_MANIFEST_DIR"), "/inspector/page/src/core-types.ts");

const HEADER: &str = "// Generated from the Rust types by the test that checks it, typescript_types_are_current: do not edit.\n";

/// Writes the file if it is not current, and fails then, so that it is committed with the change of the types.
#[test]
fn typescript_types_are_current() {
    let types = generate();
    if fs::read_to_string(FILE).is_ok_and(|current| current == types) {
        return;
    }
    fs::write(FILE, types).unwrap();
    panic!("core-types.ts was out of date and has been written anew");
}

fn generate() -> String {
    let declarations = [
        declare::<PastedCredentials>(),
        declare::<Diagnosis>(),
        declare::<Part>(),
        declare::<PartName>(),
        declare::<Flaw>(),
        declare::<Fault>(),
        declare::<ExplainQuestion>(),
        declare::<ExplainAnswer>(),
        declare::<DocumentFaults>(),
        declare::<Undecided>(),
        declare::<Missing>(),
        declare::<Explained>(),
        declare::<Explanation>(),
        declare::<Outcome>(),
        declare::<Line>(),
        declare::<Mark>(),
        declare::<GatewayToken>(),
        declare::<PastedKeys>(),
        declare::<VerifyQuestion>(),
        declare::<VerifyAnswer>(),
        declare::<KeyReport>(),
        declare::<DiscoveryRequest>(),
        declare::<Configuration>(),
        declare::<Published>(),
        declare::<EntriesQuestion>(),
        declare::<EntriesRequest>(),
        declare::<EntriesResponse>(),
        declare::<RoleClaim>(),
        declare::<MatchQuestion>(),
        declare::<RoleMatches>(),
        declare::<RoleMatch>(),
        declare::<RoleOutcome>(),
        declare::<SuggestQuestion>(),
        declare::<Suggestion>(),
        declare::<Provider>(),
    ];
    [HEADER, &declarations.concat()].concat()
}

fn declare<T: TS>() -> String {
    let docs = T::docs().unwrap_or_default();
    format!("\n{}export {}\n", on_one_line(&docs), indented(&T::decl(&Config::default())))
}

fn on_one_line(docs: &str) -> String {
    docs.replace("/**\n * ", "/** ").replace("\n */", " */")
}

fn indented(declaration: &str) -> String {
    let declaration = on_one_line(declaration).replace("*/\n", "*/\n  ");
    declaration.replace("{ \n", "{\n  ").replace(", \n", ",\n  ").replace(", };", ",\n};")
}
