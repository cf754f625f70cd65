//! Where the database is.

use std::fmt;
use std::time::Duration;

use tokio_postgres::Config;
use tokio_postgres::config::{Host, SslMode, TargetSessionAttrs};

/// How long connecting to one of the hosts may take.
const CONNECT: Duration = Duration::from_secs(2);

/// After how long a peer that does not acknowledge is given up.
const SILENCE: Duration = Duration::from_secs(5);

/// Where the database is: `postgresql://user:password@host-1,host-2/name`, or the form `host=… dbname=…`. Its `Debug` shows no
/// password.
#[derive(Clone)]
pub struct DatabaseUrl(Config);

/// What is wrong with a database's URL. It has nothing of it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct InvalidDatabaseUrl(&'static str);

impl fmt::Display for InvalidDatabaseUrl {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.0)
    }
}

impl DatabaseUrl {
    /// Reads a URL. Of several hosts the one that takes writes is used; what goes over a network is secured unless `sslmode` is
    /// `disable`.
    pub fn parse(text: &str) -> Result<Self, InvalidDatabaseUrl> {
        let expected = "expected `postgresql://user:password@host/name` with options that are known";
        let mut config: Config = text.parse().map_err(|_| InvalidDatabaseUrl(expected))?;
        if config.get_hosts().is_empty() {
            return Err(InvalidDatabaseUrl("it names no host"));
        }
        if config.get_user().is_none() {
            return Err(InvalidDatabaseUrl("it names no user"));
        }
        let is_remote = config.get_hosts().iter().any(|host| matches!(host, Host::Tcp(_)));
        if config.get_ssl_mode() == SslMode::Prefer {
            config.ssl_mode(if is_remote { SslMode::Require } else { SslMode::Disable });
        }
        config.target_session_attrs(TargetSessionAttrs::ReadWrite);
        config.application_name("edge-authorizer");
        config.connect_timeout(CONNECT).tcp_user_timeout(SILENCE).keepalives_idle(SILENCE);
        Ok(Self(config))
    }

    /// How it is connected to.
    pub fn config(&self) -> &Config {
        &self.0
    }
}

impl fmt::Debug for DatabaseUrl {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_tuple("DatabaseUrl").field(&self.0.get_hosts()).finish()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_goes_over_a_network_is_secured() {
        let mode = |text| DatabaseUrl::parse(text).unwrap().config().get_ssl_mode();
        assert_eq!(mode("postgresql://u:p@a,b/d"), SslMode::Require);
        assert_eq!(mode("postgresql://u@a/d?sslmode=prefer"), SslMode::Require);
        assert_eq!(mode("postgresql://u@a/d?sslmode=disable"), SslMode::Disable);
        assert_eq!(mode("host=/run/postgresql user=u dbname=d"), SslMode::Disable);
    }

    #[test]
    fn what_is_wrong_is_said_without_the_password() {
        for text in
            ["", "mysql://u:geheim@h/d", "postgresql://u:geheim@h/d?no=1", "user=u password=geheim", "host=h"]
        {
            let invalid = DatabaseUrl::parse(text).unwrap_err();
            assert!(!invalid.to_string().contains("geheim"), "{invalid}");
        }
        assert!(
            !format!("{:?}", DatabaseUrl::parse("postgresql://u:geheim@h/d").unwrap()).contains("geheim")
        );
    }
}
