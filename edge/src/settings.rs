//! The worker's variables.

use edge_authorizer::remote::InsecureHosts;
use worker::Env;

/// What the variables of `wrangler.toml` say.
pub struct Settings {
    /// How far clocks may differ, in seconds.
    pub clock_skew: f64,
    /// Hosts that may be fetched in spite of the rules.
    pub insecure_hosts: InsecureHosts,
}

/// A variable has a value that it cannot have.
#[derive(Debug)]
pub struct InvalidVariable(pub &'static str);

impl Settings {
    /// Reads the variables; one that is absent has its default.
    pub fn read(env: &Env) -> Result<Self, InvalidVariable> {
        let text = |name| env.var(name).ok().map(|value| value.to_string());
        let clock_skew = match text("CLOCK_SKEW_SECONDS") {
            Some(seconds) => seconds.parse::<u16>().ok().filter(|seconds| *seconds <= 300),
            None => Some(30),
        };
        Ok(Self {
            clock_skew: clock_skew.ok_or(InvalidVariable("CLOCK_SKEW_SECONDS"))?.into(),
            insecure_hosts: InsecureHosts::parse(&text("INSECURE_ISSUER_HOSTS").unwrap_or_default()),
        })
    }
}
