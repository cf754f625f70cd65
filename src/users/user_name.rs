//! The name of a user, for people.

use std::fmt;
use std::sync::Arc;

use serde::de::Error;
use serde::{Deserialize, Deserializer, Serialize};

use crate::visible::is_bidi_control;

/// The name of a user, for people: 1 to 200 characters, no controls. Cloning shares the text.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct UserName(Arc<str>);

/// The text is not a user's name.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
#[error("1 to 200 characters without control characters")]
pub struct InvalidUserName;

impl UserName {
    /// The name as text.
    pub fn as_str(&self) -> &str {
        &self.0
    }
}

impl TryFrom<&str> for UserName {
    type Error = InvalidUserName;

    fn try_from(text: &str) -> Result<Self, Self::Error> {
        let is_plain = text.chars().all(|character| !character.is_control() && !is_bidi_control(character));
        let is_short = (1..=200).contains(&text.chars().count());
        if is_plain && is_short && !text.trim().is_empty() {
            Ok(Self(text.into()))
        } else {
            Err(InvalidUserName)
        }
    }
}

impl<'de> Deserialize<'de> for UserName {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        Self::try_from(&*String::deserialize(deserializer)?).map_err(D::Error::custom)
    }
}

impl fmt::Display for UserName {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_name_is_a_short_line() {
        let longest = "ä".repeat(200);
        for good in ["Ada Lovelace", "李", &longest] {
            assert_eq!(UserName::try_from(good).unwrap().as_str(), good);
        }
        let long = "a".repeat(201);
        for bad in ["", " ", "a\nb", "a\u{202e}b", &long] {
            assert_eq!(UserName::try_from(bad), Err(InvalidUserName), "{bad}");
        }
    }
}
