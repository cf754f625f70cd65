//! What the provider asks the user.

use serde::{Deserialize, Serialize};

/// The `prompt` of authorization requests (OpenID Connect Core 1.0, section 3.1.2.1): one or more of `login`, `consent` and
/// `select_account`, each once, with one space between them. `none` would let nobody sign in anew.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Prompt(String);

const VALUES: [&str; 3] = ["login", "consent", "select_account"];

impl Prompt {
    /// The values with a space between them.
    pub fn as_str(&self) -> &str {
        &self.0
    }
}

/// The text is not such a list.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
#[error("one or more of `login`, `consent` and `select_account`, each once, separated by a space")]
pub struct InvalidPrompt;

impl TryFrom<&str> for Prompt {
    type Error = InvalidPrompt;

    fn try_from(text: &str) -> Result<Self, Self::Error> {
        let values: Vec<_> = text.split(' ').collect();
        let is_once = |value: &&str| values.iter().filter(|other| *other == value).count() == 1;
        let are_known = values.iter().all(|value| VALUES.contains(value) && is_once(value));
        if are_known { Ok(Self(text.to_owned())) } else { Err(InvalidPrompt) }
    }
}
