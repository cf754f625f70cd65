//! The name of a service account within its project.

use std::fmt;
use std::sync::Arc;

use serde::de::Error;
use serde::{Deserialize, Deserializer, Serialize};

/// The name of a service account within its project: 2 to 64 of `[A-Za-z0-9_-]`. Cloning shares the text.
#[derive(Clone, Debug, PartialEq, Eq, Hash, PartialOrd, Ord, Serialize)]
pub struct AccountId(Arc<str>);

impl AccountId {
    /// The name as text.
    pub fn as_str(&self) -> &str {
        &self.0
    }
}

/// The text is not the name of a service account.
#[derive(Debug, PartialEq, Eq, thiserror::Error)]
#[error("2 to 64 of `[A-Za-z0-9_-]`")]
pub struct InvalidAccountId;

impl TryFrom<&str> for AccountId {
    type Error = InvalidAccountId;

    fn try_from(text: &str) -> Result<Self, Self::Error> {
        let is_word = text.bytes().all(|b| b.is_ascii_alphanumeric() || b == b'_' || b == b'-');
        if is_word && (2..=64).contains(&text.len()) { Ok(Self(text.into())) } else { Err(InvalidAccountId) }
    }
}

impl<'de> Deserialize<'de> for AccountId {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        Self::try_from(&*String::deserialize(deserializer)?).map_err(D::Error::custom)
    }
}

impl fmt::Display for AccountId {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn account_id_follows_its_pattern() {
        let longest = "a".repeat(64);
        for good in ["ci", "-_", "CI-runner_2", &longest] {
            assert_eq!(AccountId::try_from(good).unwrap().as_str(), good);
        }
        let too_long = "a".repeat(65);
        for bad in ["", "a", "a.b", "a b", "ä1", "a/b", "a:b", &too_long] {
            assert_eq!(AccountId::try_from(bad), Err(InvalidAccountId), "{bad}");
        }
    }
}
