//! The variables and secrets of the gateway's own issuer. The data plane has none of them but `EDGE_SEALING_KEY`.

use std::fmt;

use edge_authorizer::accounts::{InvalidPublicUrl, PublicUrl, SigningSet, TOKEN_LIFE};

use crate::host::LogSink;
use crate::log::warning;
use crate::sealing::SealingKeys;

/// What the variables say. What needs one that is missing or invalid is unavailable; everything else works.
#[derive(Clone, Debug)]
pub struct IssuerSettings {
    /// `PUBLIC_URL`: where clients and browsers reach the gateway.
    pub public_url: Result<PublicUrl, UnusableVariable>,
    /// `SEALING_KEY`, and `SEALING_KEY_PREVIOUS` while it is being changed: what seals keys for access tokens.
    sealing_keys: Result<SealingKeys, UnusableVariable>,
    /// `EDGE_SEALING_KEY`, and `EDGE_SEALING_KEY_PREVIOUS`: the same for assertions.
    edge_sealing_keys: Result<SealingKeys, UnusableVariable>,
    /// `TOKEN_LIFE_SECONDS`: how long access tokens live, in seconds.
    pub token_life: Result<u32, UnusableVariable>,
}

/// A variable is missing or invalid.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct UnusableVariable {
    /// Its name.
    pub name: &'static str,
    /// What its value would have to be; `None` if it is not set.
    pub expected: Option<String>,
}

impl fmt::Display for UnusableVariable {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match &self.expected {
            Some(expected) => {
                write!(f, "the variable `{}` has a wrong value: expected {expected}", self.name)
            }
            None => write!(f, "the variable `{}` is not set", self.name),
        }
    }
}

impl UnusableVariable {
    pub(crate) fn missing(name: &'static str) -> Self {
        Self { name, expected: None }
    }

    pub(crate) fn invalid(name: &'static str, expected: impl fmt::Display) -> Self {
        Self { name, expected: Some(expected.to_string()) }
    }
}

const DEFAULT_TOKEN_LIFE: u32 = 600;

/// What a sealing key is.
const SEALING_KEY: &str =
    "32 random bytes in base64url without padding (`openssl rand 32 | basenc --base64url | tr -d =`)";

impl IssuerSettings {
    /// Reads the variables by their names. The log says which ones are invalid.
    pub fn read(variable: impl Fn(&str) -> Option<String>, log: &impl LogSink) -> Self {
        // An empty variable is one that is not set.
        let variable = |name: &str| variable(name).filter(|text| !text.is_empty());
        let settings = Self {
            public_url: read_public_url(variable("PUBLIC_URL")),
            sealing_keys: read_sealing_keys(variable, ["SEALING_KEY", "SEALING_KEY_PREVIOUS"]),
            edge_sealing_keys: read_sealing_keys(variable, ["EDGE_SEALING_KEY", "EDGE_SEALING_KEY_PREVIOUS"]),
            token_life: read_token_life(variable("TOKEN_LIFE_SECONDS")),
        };
        let Self { public_url, sealing_keys, edge_sealing_keys, token_life } = &settings;
        let sealing = [sealing_keys.as_ref().err(), edge_sealing_keys.as_ref().err()];
        let unusable = [public_url.as_ref().err(), token_life.as_ref().err()].into_iter().chain(sealing);
        for unusable in unusable.flatten().filter(|unusable| unusable.expected.is_some()) {
            warning(log, "variable_invalid", unusable.name, unusable);
        }
        settings
    }

    /// What seals the private keys of a set.
    pub fn sealing_keys(&self, set: SigningSet) -> Result<&SealingKeys, &UnusableVariable> {
        match set {
            SigningSet::AccessTokens => self.sealing_keys.as_ref(),
            SigningSet::Assertions => self.edge_sealing_keys.as_ref(),
        }
    }

    /// The first variable that keeps the gateway from having assertion keys, if one does.
    pub fn missing_for_assertions(&self) -> Option<&UnusableVariable> {
        let sealing = self.edge_sealing_keys.as_ref().err();
        self.public_url.as_ref().err().or(sealing)
    }
}

fn read_public_url(text: Option<String>) -> Result<PublicUrl, UnusableVariable> {
    let name = "PUBLIC_URL";
    let text = text.ok_or_else(|| UnusableVariable::missing(name))?;
    PublicUrl::try_from(&*text).map_err(|error: InvalidPublicUrl| UnusableVariable::invalid(name, error))
}

/// Reads the sealing keys from the variables of these names: the current key and the previous one.
fn read_sealing_keys(
    variable: impl Fn(&str) -> Option<String>,
    [name, previous]: [&'static str; 2],
) -> Result<SealingKeys, UnusableVariable> {
    let current = variable(name).ok_or_else(|| UnusableVariable::missing(name))?;
    let invalid = |name| UnusableVariable::invalid(name, SEALING_KEY);
    SealingKeys::read(&current, None).ok_or_else(|| invalid(name))?;
    SealingKeys::read(&current, variable(previous).as_deref()).ok_or_else(|| invalid(previous))
}

fn read_token_life(text: Option<String>) -> Result<u32, UnusableVariable> {
    let Some(text) = text else { return Ok(DEFAULT_TOKEN_LIFE) };
    let expected = format_args!("a whole number from {} to {}", TOKEN_LIFE.start(), TOKEN_LIFE.end());
    let seconds = text.parse().ok().filter(|seconds| TOKEN_LIFE.contains(&u64::from(*seconds)));
    seconds.ok_or_else(|| UnusableVariable::invalid("TOKEN_LIFE_SECONDS", expected))
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::sync::Mutex;

    use edge_authorizer::NumericDate;

    use crate::host::Clock;

    #[derive(Default)]
    struct Lines(Mutex<Vec<String>>);

    impl Clock for Lines {
        fn now(&self) -> NumericDate {
            NumericDate::from_seconds(0.0)
        }
    }

    impl LogSink for Lines {
        fn info(&self, line: &str) {
            self.0.lock().unwrap().push(line.to_owned());
        }

        fn warn(&self, line: &str) {
            self.info(line);
        }
    }

    fn read(variables: &[(&str, &str)]) -> (IssuerSettings, usize) {
        let lines = Lines::default();
        let variable = |name: &str| {
            variables.iter().find(|(other, _)| *other == name).map(|(_, value)| (*value).to_owned())
        };
        let settings = IssuerSettings::read(variable, &lines);
        let count = lines.0.lock().unwrap().len();
        (settings, count)
    }

    #[test]
    fn missing_variables_are_named_and_are_no_fault() {
        let (IssuerSettings { public_url, sealing_keys, edge_sealing_keys, token_life }, lines) =
            read(&[("PUBLIC_URL", "")]);
        assert_eq!(public_url.unwrap_err().to_string(), "the variable `PUBLIC_URL` is not set");
        assert_eq!(sealing_keys.unwrap_err().to_string(), "the variable `SEALING_KEY` is not set");
        assert_eq!(edge_sealing_keys.unwrap_err().name, "EDGE_SEALING_KEY");
        assert_eq!((token_life, lines), (Ok(600), 0));
    }

    #[test]
    fn invalid_variables_are_named_and_logged_without_secrets() {
        let key = "A".repeat(43);
        let (settings, lines) = read(&[
            ("PUBLIC_URL", "http://gateway.example.com"),
            ("SEALING_KEY", &key),
            ("SEALING_KEY_PREVIOUS", "secret"),
            ("EDGE_SEALING_KEY", "secret"),
            ("TOKEN_LIFE_SECONDS", "59"),
        ]);
        assert_eq!(settings.public_url.unwrap_err().name, "PUBLIC_URL");
        let unusable = settings.sealing_keys.unwrap_err();
        assert_eq!(unusable.name, "SEALING_KEY_PREVIOUS");
        assert!(!unusable.to_string().contains("secret"));
        assert!(!settings.edge_sealing_keys.unwrap_err().to_string().contains("secret"));
        assert!(settings.token_life.unwrap_err().to_string().ends_with("a whole number from 60 to 3600"));
        assert_eq!(lines, 4);
    }
}
