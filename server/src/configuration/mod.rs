//! How a node is configured: by flags, then the environment, then a file.

mod fault;
mod file;
mod mails;
mod secrets;
mod validation;
mod variables;

use std::net::SocketAddr;
use std::num::NonZeroUsize;
use std::path::PathBuf;
use std::time::Duration;

use crate::certificate::CertificateFiles;
use crate::store::DatabaseUrl;

pub use fault::{Fault, Faults};
pub use secrets::{IgnoredSecret, SECRETS_FILE, Secrets, new_mail_hook_secret, new_secret};
pub use variables::Variables;

/// What a node is started with.
#[derive(Debug)]
pub struct Configuration {
    /// Where it listens.
    pub listen: SocketAddr,
    /// Where it takes checks of other proxies, if it does.
    pub authz_listen: Option<SocketAddr>,
    /// The certificate of the listener; without one it serves no TLS.
    pub certificate: Option<CertificateFiles>,
    /// Where it stores everything.
    pub data_dir: PathBuf,
    /// How many threads serve connections.
    pub workers: NonZeroUsize,
    /// The database that nodes share; without it, the node has one in its data directory.
    pub database_url: Option<DatabaseUrl>,
    /// How long what is published serves while that database is out of reach.
    pub max_stale: Duration,
    /// Whether the operator set the administrator's token, so that there is an administrator from the start.
    pub has_admin_token: bool,
    /// Secrets in the data directory that are set elsewhere to other values.
    pub ignored_secrets: Vec<IgnoredSecret>,
    /// Variables and secrets by name.
    pub variables: Variables,
}

/// Where a node stores everything unless it is told otherwise.
pub const DATA_DIR: &str = "./data";

/// What was said by flags, each by its variable's name.
pub type Flags = Vec<(&'static str, String)>;

impl Configuration {
    /// Reads the configuration. `environment` are all its variables, `file` is the text of a TOML file and its name.
    pub fn read(
        flags: Flags,
        environment: Vec<(String, String)>,
        file: Option<(&str, &str)>,
    ) -> Result<Self, Faults> {
        let mut faults = Faults::default();
        let mut variables = Variables::default();
        if let Some((name, text)) = file {
            file::read(name, text, &mut variables, &mut faults);
        }
        for (name, value) in environment {
            variables.set(&name, value, format!("variable `{name}`"));
        }
        for (name, value) in flags {
            variables.set(name, value, format!("flag `--{}`", name.to_lowercase().replace('_', "-")));
        }
        let data_dir = PathBuf::from(variables.get("DATA_DIR").unwrap_or_else(|| DATA_DIR.to_owned()));
        let has_admin_token = variables.get("ADMIN_TOKEN").is_some();
        // Nodes that share a database need the same secrets, which are not stored by one of them.
        let ignored_secrets = match variables.get("DATABASE_URL") {
            None => secrets::read_stored(&data_dir, &mut variables, &mut faults),
            Some(_) => Vec::new(),
        };
        validation::check(&variables, &mut faults);
        mails::check(&variables, &mut faults);
        let listen = validation::listen(&variables, &mut faults);
        let authz_listen = validation::authz_listen(&variables, listen, &mut faults);
        let certificate = validation::certificate(&variables, &mut faults);
        let workers = validation::workers(&variables, &mut faults);
        let database_url = validation::database_url(&variables, listen, &mut faults);
        let max_stale = validation::max_stale(&variables, &mut faults);
        match (listen, workers) {
            (Some(listen), Some(workers)) if faults.is_empty() => Ok(Self {
                listen,
                authz_listen,
                certificate,
                data_dir,
                workers,
                database_url,
                max_stale,
                has_admin_token,
                ignored_secrets,
                variables,
            }),
            _ => Err(faults),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn pair(name: &str, value: &str) -> (String, String) {
        (name.to_owned(), value.to_owned())
    }

    #[test]
    fn flags_go_before_the_environment_and_that_before_the_file() {
        let file = "listen = \"127.0.0.1:1\"\nworkers = 3\npublic_url = \"https://g.example\"\n[secrets]\nORDERS_KEY = \"x\"";
        let environment = vec![pair("LISTEN", "127.0.0.1:2"), pair("WORKERS", "2")];
        let flags = vec![("LISTEN", "127.0.0.1:3".to_owned())];
        let read = Configuration::read(flags, environment, Some(("gateway.toml", file))).unwrap();
        assert_eq!((read.listen.port(), read.workers.get()), (3, 2));
        assert_eq!(read.variables.get("PUBLIC_URL").as_deref(), Some("https://g.example"));
        assert_eq!(read.variables.origin_secret("ORDERS_KEY").as_deref(), Some("x"));
    }

    #[test]
    fn all_faults_are_told_at_once_and_no_secret() {
        let file = "port = 1\nclock_skew_seconds = \"much\"\nsealing_key = \"geheim\"\n[secrets]\nADMIN_TOKEN_X = \"a\"\n[more]";
        let environment = vec![pair("LISTEN", "here"), pair("ADMIN_TOKEN", "geheim"), pair("WORKERS", "0")];
        let faults = Configuration::read(Vec::new(), environment, Some(("g.toml", file))).unwrap_err();
        let text = faults.to_string();
        for name in [
            "port",
            "CLOCK_SKEW_SECONDS",
            "SEALING_KEY",
            "ADMIN_TOKEN_X",
            "more",
            "LISTEN",
            "ADMIN_TOKEN",
            "WORKERS",
        ] {
            assert!(
                text.contains(&format!("`{name}`")) || text.contains(&format!("`{}`", name.to_lowercase())),
                "{name}: {text}"
            );
        }
        assert_eq!(text.lines().count(), 8, "{text}");
        assert!(!text.contains("geheim"));
    }

    #[test]
    fn nodes_that_share_a_database_have_the_same_secrets() {
        let url = || pair("DATABASE_URL", "postgresql://u:geheim@h/d");
        let faults = Configuration::read(Vec::new(), vec![url()], None).unwrap_err().to_string();
        let names = ["SEALING_KEY", "EDGE_SEALING_KEY", "ADMIN_TOKEN", "PUBLIC_URL"];
        for name in names {
            assert!(faults.contains(&format!("variable `{name}`: ")), "{faults}");
        }
        let set = names.map(|name| pair(name, ""));
        let read = Configuration::read(Vec::new(), [vec![url()], set.to_vec()].concat(), None).unwrap();
        assert!(read.database_url.is_some());
        assert!(!format!("{read:?}").contains("geheim"));
        let everywhere = [vec![url(), pair("LISTEN", "0.0.0.0:1")], set[..3].to_vec()].concat();
        Configuration::read(Vec::new(), everywhere, None).unwrap();
        let bad = vec![pair("DATABASE_URL", "mysql://u:geheim@h/d"), pair("CONFIG_MAX_STALE_SECONDS", "-1")];
        let faults =
            Configuration::read(Vec::new(), [bad, set.to_vec()].concat(), None).unwrap_err().to_string();
        assert_eq!(faults.lines().count(), 2, "{faults}");
        assert!(!faults.contains("geheim"), "{faults}");
    }

    #[test]
    fn a_file_that_is_no_toml_is_one_fault() {
        let faults = Configuration::read(Vec::new(), Vec::new(), Some(("g.toml", "a = "))).unwrap_err();
        assert_eq!(faults.to_string().lines().count(), 1, "{faults}");
    }

    #[test]
    fn the_nodes_own_secrets_are_no_origins() {
        let environment = vec![pair("ADMIN_TOKEN", &"a".repeat(32)), pair("MAIL_HOOK_SECRET", "x")];
        let read = Configuration::read(Vec::new(), environment, None).unwrap();
        assert_eq!(read.variables.origin_secret("ADMIN_TOKEN"), None);
        assert_eq!(read.variables.origin_secret("MAIL_HOOK_SECRET"), None);
    }
}
