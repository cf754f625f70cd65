//! Roles.

use std::collections::BinaryHeap;
use std::fmt;
use std::sync::Arc;

use serde::de::Error;
use serde::{Deserialize, Deserializer, Serialize};

/// The name of a role: 1 to 128 printable ASCII characters, no space, no comma. Cloning shares the text.
#[derive(Clone, Debug, PartialEq, Eq, Hash, PartialOrd, Ord, Serialize)]
pub struct Role(Arc<str>);

/// The role of a project's owners.
pub const OWNER: &str = "owner";

/// Several roles. Cloning shares them.
pub type Roles = Arc<[Role]>;

/// The roles without duplicates, sorted for binary search. By a heap, which takes a fraction of the code of a sort or a set.
pub fn in_order(roles: Vec<Role>) -> Roles {
    let mut ordered = BinaryHeap::from(roles).into_sorted_vec();
    ordered.dedup();
    ordered.into()
}

impl Role {
    /// The name as text.
    pub fn as_str(&self) -> &str {
        &self.0
    }
}

/// The text is not a role's name.
#[derive(Debug, PartialEq, Eq, thiserror::Error)]
#[error("1 to 128 printable ASCII characters without space and comma")]
pub struct InvalidRole;

impl TryFrom<&str> for Role {
    type Error = InvalidRole;

    fn try_from(text: &str) -> Result<Self, Self::Error> {
        let fits = (1..=128).contains(&text.len());
        if fits && text.bytes().all(|b| b.is_ascii_graphic() && b != b',') {
            Ok(Self(text.into()))
        } else {
            Err(InvalidRole)
        }
    }
}

impl<'de> Deserialize<'de> for Role {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        Self::try_from(&*String::deserialize(deserializer)?).map_err(D::Error::custom)
    }
}

impl fmt::Display for Role {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn role_rejects_space_comma_and_control_characters() {
        assert_eq!(Role::try_from("a%b:c").unwrap().as_str(), "a%b:c");
        let too_long = "r".repeat(129);
        for bad in ["", "a b", "a,b", "a\n", "ä", too_long.as_str()] {
            assert_eq!(Role::try_from(bad), Err(InvalidRole), "{bad}");
        }
    }
}
