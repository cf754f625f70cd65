//! The command line.

use std::path::PathBuf;

use clap::{ArgGroup, Parser};
use edge_authorizer::Clock;

/// Explains what becomes of a request with a token: the verdict, and every step that led there.
#[derive(Parser)]
#[command(
    name = "explain",
    group = ArgGroup::new("bearer").args(["token", "claims"]),
    after_help = "Exit status: 0 the request passes, 1 it is refused, 2 an argument or a document is wrong, \
                  3 it cannot be decided because the issuer's keys are missing."
)]
pub struct Arguments {
    /// The token; `-` reads it from standard input, where nobody sees it. Without one the request has none
    #[arg(long, allow_hyphen_values = true)]
    pub token: Option<String>,

    /// A file with claims instead of a token: nobody signed them, and neither header nor signature is looked at
    #[arg(long, value_name = "FILE")]
    pub claims: Option<PathBuf>,

    /// A file with an entry, a list of entries, or a snapshot of a project; several are asked in their order
    #[arg(long, value_name = "FILE", required = true)]
    pub idp: Vec<PathBuf>,

    /// A file with the key set of the token's issuer
    #[arg(long, value_name = "FILE")]
    pub jwks: Option<PathBuf>,

    /// The request's path, as it is sent
    #[arg(long)]
    pub path: String,

    /// The request's method
    #[arg(long, default_value = "GET")]
    pub method: String,

    /// The project whose entries these are; without it, the one that the path names
    #[arg(long)]
    pub project: Option<String>,

    /// A file with the routes document. Without it there is one route: the segment of the path that is the project,
    /// or else the third, as in `/service/v1/{project}/…`, stands for the project
    #[arg(long, value_name = "FILE")]
    pub routes: Option<PathBuf>,

    /// A role that opens the path, where there are no routes; several: any of them
    #[arg(long, default_value = "access", conflicts_with = "routes")]
    pub role: Vec<String>,

    /// When it is decided, in seconds since 1970; without it, now
    #[arg(long, value_name = "SECONDS")]
    pub now: Option<f64>,

    /// How far clocks may differ, in seconds
    #[arg(long, value_name = "SECONDS", default_value_t = f64::from(Clock::DEFAULT_SKEW))]
    pub skew: f64,

    /// Prints the explanation as JSON, as the API answers it
    #[arg(long)]
    pub json: bool,
}
