//! The variables that set how the service behaves.

use std::fmt;
use std::ops::RangeInclusive;

use edge_authorizer::egress::InsecureHosts;
use edge_authorizer::{Clock, RefreshPolicy};

use crate::sealing::SealingKeys;

/// What the variables say.
#[derive(Clone, Debug)]
pub struct Settings {
    /// `CLOCK_SKEW_SECONDS`: how far clocks may differ.
    pub clock_skew: f64,
    /// `CONFIG_TTL_SECONDS`: how long a value read from a replica is fresh.
    pub config_ttl: f64,
    /// `JWKS_LIFE_SECONDS`, `JWKS_COOLDOWN_SECONDS`, `JWKS_MAX_STALE_SECONDS`: when keys are fetched and how long they
    /// serve.
    pub keys: RefreshPolicy,
    /// `INSECURE_ISSUER_HOSTS`: hosts that may be fetched despite the egress rules.
    pub insecure_hosts: InsecureHosts,
    /// `EDGE_SEALING_KEY`, and `EDGE_SEALING_KEY_PREVIOUS` while it is being changed: what seals the key that signs
    /// assertions. Without it nothing else fails.
    pub edge_sealing: Option<SealingKeys>,
}

/// A variable has an invalid value. Nothing is decided with it: the answer to every request is 503.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct InvalidVariable {
    /// Its name.
    pub name: &'static str,
    /// The values that it can have.
    pub range: RangeInclusive<u32>,
}

impl fmt::Display for InvalidVariable {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "expected a whole number from {} to {}", self.range.start(), self.range.end())
    }
}

impl Settings {
    /// Reads the variables by their names; one that is absent has its default.
    pub fn read(variable: impl Fn(&str) -> Option<String>) -> Result<Self, InvalidVariable> {
        let seconds = |name, default: u32, range: RangeInclusive<u32>| {
            let number = variable(name).map_or(Some(default), |text| text.parse().ok());
            let number = number.filter(|number| range.contains(number)).map(f64::from);
            number.ok_or(InvalidVariable { name, range })
        };
        let sealing = variable("EDGE_SEALING_KEY").and_then(|current| {
            let previous = variable("EDGE_SEALING_KEY_PREVIOUS").filter(|text| !text.is_empty());
            SealingKeys::read(&current, previous.as_deref())
        });
        Ok(Self {
            edge_sealing: sealing,
            clock_skew: seconds("CLOCK_SKEW_SECONDS", Clock::DEFAULT_SKEW, 0..=300)?,
            config_ttl: seconds("CONFIG_TTL_SECONDS", 30, 0..=3600)?,
            keys: RefreshPolicy {
                max_lifetime: seconds("JWKS_LIFE_SECONDS", 3600, 1..=86_400)?,
                cooldown: seconds("JWKS_COOLDOWN_SECONDS", 30, 1..=3600)?,
                max_stale: seconds("JWKS_MAX_STALE_SECONDS", 86_400, 1..=604_800)?,
            },
            insecure_hosts: InsecureHosts::parse(&variable("INSECURE_ISSUER_HOSTS").unwrap_or_default()),
        })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn absent_variables_have_defaults_and_invalid_ones_are_named() {
        let read = |name: &str, value: &str| {
            Settings::read(|other| (other == name).then(|| value.to_owned()))
                .map(|settings| settings.clock_skew)
        };
        assert_eq!(read("", "").map(f64::to_bits), Ok(30.0_f64.to_bits()));
        assert_eq!(read("CLOCK_SKEW_SECONDS", "0").map(f64::to_bits), Ok(0.0_f64.to_bits()));
        for value in ["301", "-1", "1.5", "", "x"] {
            let fault = read("CLOCK_SKEW_SECONDS", value).unwrap_err();
            assert_eq!(
                (fault.name, fault.to_string()),
                ("CLOCK_SKEW_SECONDS", "expected a whole number from 0 to 300".to_owned())
            );
        }
    }
}
