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
