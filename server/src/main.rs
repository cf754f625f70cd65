//! The command line of the node.

mod commands;
mod explain_command;
mod options;
mod terminal;

use std::process::ExitCode;

use clap::{Parser, Subcommand};
use options::{ExplainOptions, Options};

/// Verifies bearer tokens and forwards requests to the APIs behind it.
#[derive(Parser)]
#[command(name = "edge-authorizer", version)]
struct Cli {
    #[command(subcommand)]
    command: Command,
}

#[derive(Subcommand)]
enum Command {
    /// Serve requests and the management API, until SIGTERM or SIGINT.
    Serve(Options),
    /// Check the configuration and the data directory, and list everything that is wrong.
    Check(Options),
    /// Bring the database to this release's schema; `serve` does so, too.
    Migrate(Options),
    /// Explain what would become of a request, and why: the running gateway says it. Nothing is sent to an origin.
    Explain(ExplainOptions),
    /// Print the description of the management API, as JSON.
    Openapi,
    /// Print new secrets as `NAME=value`, to be set as variables.
    Keys,
}

fn main() -> ExitCode {
    let (done, failure) = match Cli::parse().command {
        Command::Serve(options) => (succeeded(commands::serve(&options)), 1),
        Command::Check(options) => (succeeded(commands::check(&options)), 1),
        Command::Migrate(options) => (succeeded(commands::migrate(&options)), 1),
        Command::Explain(options) => (explain_command::run(&options), 2),
        Command::Openapi => (succeeded(commands::openapi()), 1),
        Command::Keys => (succeeded(commands::keys()), 1),
    };
    done.unwrap_or_else(|problem| {
        eprintln!("{}", problem.trim_end());
        ExitCode::from(failure)
    })
}

fn succeeded(done: Result<(), String>) -> Result<ExitCode, String> {
    done.map(|()| ExitCode::SUCCESS)
}
