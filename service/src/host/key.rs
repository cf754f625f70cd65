//! What a record is about.

use std::fmt;

use edge_authorizer::ProjectId;

/// What a record is about.
#[derive(Clone, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub enum Key {
    /// A project.
    Project(ProjectId),
    /// An issuer; the text need not be one that is acceptable.
    Issuer(String),
    /// The routes, of which there is one document.
    Routes,
}

impl fmt::Display for Key {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Project(project) => f.write_str(project.as_str()),
            Self::Issuer(issuer) => f.write_str(issuer),
            Self::Routes => f.write_str("gateway"),
        }
    }
}
