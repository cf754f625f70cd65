//! The command line of the node.

mod commands;
mod options;

use std::process::ExitCode;

use clap::{Parser, Subcommand};
use options::Options;

/// Verifies bearer tokens and forwards requests to the APIs behind it.
#[derive(Parser)]
#[command(name = "edge-authorizer", version)]
struct Cli {
    #[command(subcommand)]
    command: Command,
}

#[derive(Subcommand)]
enum Command {
    /// Serve: both planes, until the process is asked to end.
    Serve(Options),
    /// Check the configuration, and say everything that is wrong with it.
    Check(Options),
    /// Bring the database to this release's schema; `serve` does so, too.
    Migrate(Options),
    /// Print the description of the API.
    Openapi,
    /// Print new secrets, to be set as variables.
    Keys,
}

fn main() -> ExitCode {
    let done = match Cli::parse().command {
        Command::Serve(options) => commands::serve(&options),
        Command::Check(options) => commands::check(&options),
        Command::Migrate(options) => commands::migrate(&options),
        Command::Openapi => commands::openapi(),
        Command::Keys => commands::keys(),
    };
    match done {
        Ok(()) => ExitCode::SUCCESS,
        Err(problem) => {
            eprintln!("{}", problem.trim_end());
            ExitCode::FAILURE
        }
    }
}
