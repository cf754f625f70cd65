//! The name of a project.

use std::fmt;
use std::sync::Arc;

use serde::Serialize;

/// The name of a project: `[A-Za-z0-9][A-Za-z0-9_-]{0,62}`. Cloning shares the text.
#[derive(Clone, Debug, PartialEq, Eq, Hash, PartialOrd, Ord, Serialize)]
pub struct ProjectId(Arc<str>);

impl ProjectId {
    /// The id of the platform, which no project can have. Its record has the service accounts of the platform.
    pub fn platform() -> Self {
        Self(Arc::from("platform"))
    }

    /// Whether this is the platform's id.
    pub fn is_platform(&self) -> bool {
        &*self.0 == "platform"
    }

    /// The longest name, in characters.
    pub const MAX_LENGTH: usize = 63;

    /// Whether a name can have this byte in it.
    pub fn may_contain(byte: u8) -> bool {
        byte.is_ascii_alphanumeric() || byte == b'_' || byte == b'-'
    }

    /// The name as text.
    pub fn as_str(&self) -> &str {
        &self.0
    }
}

/// The text is not a project's name.
#[derive(Debug, PartialEq, Eq, thiserror::Error)]
#[error("1 to 63 of `[A-Za-z0-9_-]`, the first a letter or digit")]
pub struct InvalidProjectId;

impl TryFrom<&str> for ProjectId {
    type Error = InvalidProjectId;

    fn try_from(text: &str) -> Result<Self, Self::Error> {
        let starts_well = text.starts_with(|c: char| c.is_ascii_alphanumeric());
        if starts_well && text.bytes().all(Self::may_contain) && text.len() <= Self::MAX_LENGTH {
            Ok(Self(text.into()))
        } else {
            Err(InvalidProjectId)
        }
    }
}

impl fmt::Display for ProjectId {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn project_id_follows_its_pattern() {
        let longest = "a".repeat(63);
        for good in ["p", "0", "pxy12345", "a_b-C", longest.as_str()] {
            assert_eq!(ProjectId::try_from(good).unwrap().as_str(), good);
        }
        let too_long = "a".repeat(64);
        for bad in ["", "-a", "_a", "a.b", "a b", "ä", "a/b", too_long.as_str()] {
            assert_eq!(ProjectId::try_from(bad), Err(InvalidProjectId), "{bad}");
        }
    }
}
