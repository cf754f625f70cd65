//! Explains on a terminal what becomes of a request: `cargo run --example explain -- --help`.

mod arguments;
mod case;
mod signature;
#[path = "../../server/src/terminal.rs"]
mod terminal;

use std::process::ExitCode;

use clap::Parser;
use edge_authorizer::{Explanation, Outcome, escape_json, visible};

use crate::arguments::Arguments;
use crate::case::Case;

fn main() -> ExitCode {
    let arguments = Arguments::parse();
    let is_json = arguments.json;
    let case = match Case::read(arguments) {
        Ok(case) => case,
        Err(fault) => {
            eprintln!("explain: {}", visible(&fault));
            return ExitCode::from(2);
        }
    };
    if let Some(assumed) = case.assumed() {
        eprintln!("explain: {assumed}");
    }
    let explanation = case.explain();
    let answer = case.answer(&explanation);
    if is_json {
        println!("{}", escape_json(format!("{answer:#}")));
    } else {
        print!("{}", terminal::shown(&answer));
    }
    exit_code(&explanation)
}

/// As `--help` tells it.
fn exit_code(explanation: &Explanation) -> ExitCode {
    match explanation.verdict {
        Outcome::Deny if explanation.status == 503 => ExitCode::from(3),
        Outcome::Deny => ExitCode::from(1),
        Outcome::Permit | Outcome::Preflight => ExitCode::SUCCESS,
    }
}
