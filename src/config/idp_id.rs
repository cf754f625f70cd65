//! The name of an entry within its project.

use std::sync::Arc;

use serde::Serialize;

/// The name of an entry within its project: 2 to 16 of `[A-Za-z0-9_-]`. Cloning shares the text.
#[derive(Clone, Debug, PartialEq, Eq, Hash, PartialOrd, Ord, Serialize)]
pub struct IdpId(Arc<str>);

impl IdpId {
    /// The name as text.
    pub fn as_str(&self) -> &str {
        &self.0
    }
}

/// The text is not the name of an entry.
#[derive(Debug, PartialEq, Eq, thiserror::Error)]
#[error("2 to 16 of `[A-Za-z0-9_-]`")]
pub struct InvalidIdpId;

impl TryFrom<&str> for IdpId {
    type Error = InvalidIdpId;

    fn try_from(text: &str) -> Result<Self, Self::Error> {
        let is_word = text.bytes().all(|b| b.is_ascii_alphanumeric() || b == b'_' || b == b'-');
        if is_word && (2..=16).contains(&text.len()) { Ok(Self(text.into())) } else { Err(InvalidIdpId) }
    }
}
