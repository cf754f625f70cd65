//! The options of commands.

use std::path::PathBuf;

use clap::Args;

/// Where the configuration is. Flags go before environment variables, and those before the file.
#[derive(Args)]
pub struct Options {
    /// A TOML file: the variables by their names in lower case.
    #[arg(long, value_name = "FILE")]
    pub config: Option<PathBuf>,
    /// Address and port to listen on (variable `LISTEN`, otherwise 127.0.0.1:8787).
    #[arg(long, value_name = "ADDRESS")]
    pub listen: Option<String>,
    /// Where everything is stored (variable `DATA_DIR`, otherwise ./data).
    #[arg(long, value_name = "FOLDER")]
    pub data_dir: Option<String>,
    /// How many threads serve connections (variable `WORKERS`, otherwise one for each core).
    #[arg(long, value_name = "NUMBER")]
    pub workers: Option<String>,
}

/// A request to explain, and the gateway that is asked: the node of the configuration, which runs, or another.
#[derive(Args)]
#[command(after_help = "Exit status: 0 the request is permitted, 1 it is denied, 2 it is not explained.")]
pub struct ExplainOptions {
    /// The method of the request.
    #[arg(long, default_value = "GET")]
    pub method: String,
    /// Its path as it is sent, or its whole URL.
    #[arg(long)]
    pub path: String,
    /// A file with its token; `-` reads it from standard input. No argument has it: others on the machine see arguments.
    #[arg(long, value_name = "FILE", conflicts_with = "claims")]
    pub token_file: Option<PathBuf>,
    /// A file with claims instead of a token, `-` for standard input; header and signature are then not checked.
    #[arg(long, value_name = "FILE")]
    pub claims: Option<PathBuf>,
    /// Print the answer of the API instead of sentences.
    #[arg(long)]
    pub json: bool,
    /// A gateway elsewhere, such as `https://api.example.com`; it is asked with the variable `ADMIN_TOKEN`.
    #[arg(long, conflicts_with_all = ["config", "listen", "data_dir"])]
    pub url: Option<String>,
    /// The node.
    #[command(flatten)]
    pub node: Options,
}
