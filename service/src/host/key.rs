//! What a record is about.

use std::fmt;

use edge_authorizer::ProjectId;
use edge_authorizer::accounts::SigningSet;

/// What a record is about.
#[derive(Clone, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub enum Key {
    /// A project.
    Project(ProjectId),
    /// An issuer; the text need not be one that is acceptable.
    Issuer(String),
    /// The routes, of which there is one document.
    Routes,
    /// A set of keys that the gateway signs with.
    SigningKeys(SigningSet),
}

const ROUTES: &str = "gateway";
const PROJECT_PREFIX: &str = "project/";

impl Key {
    /// The key under which it is published in [`super::Space::Config`]; `None` for keys.
    pub fn config_key(&self) -> Option<String> {
        match self {
            Self::Project(project) => Some([PROJECT_PREFIX, project.as_str()].concat()),
            Self::Routes => Some(ROUTES.to_owned()),
            Self::Issuer(_) | Self::SigningKeys(_) => None,
        }
    }

    /// What is published under a key of [`super::Space::Config`].
    pub fn of_config_key(key: &str) -> Option<Self> {
        if key == ROUTES {
            return Some(Self::Routes);
        }
        key.strip_prefix(PROJECT_PREFIX).and_then(|id| ProjectId::try_from(id).ok()).map(Self::Project)
    }
}

impl fmt::Display for Key {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Project(project) => f.write_str(project.as_str()),
            Self::Issuer(issuer) => f.write_str(issuer),
            Self::Routes => f.write_str(ROUTES),
            Self::SigningKeys(SigningSet::AccessTokens) => f.write_str("signing-keys"),
            Self::SigningKeys(SigningSet::Assertions) => f.write_str("assertion-keys"),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_config_key_says_what_is_published_under_it() {
        for key in [Key::Routes, Key::Project(ProjectId::try_from("p1").unwrap())] {
            assert_eq!(Key::of_config_key(&key.config_key().unwrap()), Some(key));
        }
        for other in ["", "project/", "project/a b", "p1"] {
            assert_eq!(Key::of_config_key(other), None, "{other}");
        }
    }
}
