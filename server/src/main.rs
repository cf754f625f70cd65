//! The command line of the node.

mod commands;

use std::path::PathBuf;
use std::process::ExitCode;

use clap::{Args, Parser, Subcommand};

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

/// Where the configuration is. Flags go before environment variables, and those before the file.
#[derive(Args)]
struct Options {
    /// A TOML file: the variables by their names in lower case.
    #[arg(long, value_name = "FILE")]
    config: Option<PathBuf>,
    /// Address and port to listen on (variable `LISTEN`, otherwise 127.0.0.1:8787).
    #[arg(long, value_name = "ADDRESS")]
    listen: Option<String>,
    /// Where everything is stored (variable `DATA_DIR`, otherwise ./data).
    #[arg(long, value_name = "FOLDER")]
    data_dir: Option<String>,
    /// How many threads serve connections (variable `WORKERS`, otherwise one for each core).
    #[arg(long, value_name = "NUMBER")]
    workers: Option<String>,
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
