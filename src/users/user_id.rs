//! The id of a user.

use std::fmt;
use std::sync::Arc;

use base64ct::{Base64UrlUnpadded, Encoding};
use serde::Serialize;

/// The id of a user: `u_` and 22 base64url characters of 16 random bytes. It is the `sub` of the user's tokens and never used
/// again. Cloning shares the text.
#[derive(Clone, Debug, PartialEq, Eq, Hash, PartialOrd, Ord, Serialize)]
pub struct UserId(Arc<str>);

/// How each id begins.
const PREFIX: &str = "u_";

/// The base64url characters of 16 bytes.
const LENGTH: usize = 22;

/// The text is not the id of a user.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
#[error("the id of a user: `u_` and 22 characters of base64url")]
pub struct InvalidUserId;

impl UserId {
    /// The id of these random bytes.
    pub fn new(random: &[u8; 16]) -> Self {
        Self([PREFIX, &Base64UrlUnpadded::encode_string(random)].concat().into())
    }

    /// The id as text.
    pub fn as_str(&self) -> &str {
        &self.0
    }
}

impl TryFrom<&str> for UserId {
    type Error = InvalidUserId;

    fn try_from(text: &str) -> Result<Self, Self::Error> {
        let random = text.strip_prefix(PREFIX).ok_or(InvalidUserId)?;
        let is_word = random.bytes().all(|b| b.is_ascii_alphanumeric() || b == b'-' || b == b'_');
        if is_word && random.len() == LENGTH { Ok(Self(text.into())) } else { Err(InvalidUserId) }
    }
}

impl fmt::Display for UserId {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_user_id_is_made_of_random_bytes() {
        let id = UserId::new(&[255; 16]);
        assert_eq!(id.as_str(), "u______________________w");
        assert_eq!(UserId::try_from(id.as_str()), Ok(id));
        for bad in
            ["", "u_", "u______________________", "v______________________w", "u_____________________+w"]
        {
            assert_eq!(UserId::try_from(bad), Err(InvalidUserId), "{bad}");
        }
    }
}
