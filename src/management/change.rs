//! A change to a project, and what becomes of it.

use serde::Serialize;
use serde_json::Value;

use super::project::Project;
use crate::config::blocked_key::BlockedKey;
use crate::config::custom_idp::check_label;
use crate::document_reader::{self, Faults};
use crate::error_code::ErrorCode;

/// Something that is to be changed.
#[derive(Clone, Debug, PartialEq, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum Change {
    /// Creates the project or changes its label.
    PutProject {
        /// The new label.
        label: Option<Value>,
    },
    /// Deletes the project with all that it has.
    DeleteProject,
    /// Adds an identity provider at the end.
    AddIdp {
        /// Its entry.
        idp: Value,
    },
    /// Changes an identity provider.
    ReplaceIdp {
        /// Which.
        id: String,
        /// Its new entry.
        idp: Value,
    },
    /// Removes an identity provider.
    RemoveIdp {
        /// Which.
        id: String,
    },
    /// Changes the order in which they are asked.
    Reorder {
        /// Their ids, each once.
        ids: Vec<String>,
    },
    /// Blocks a key.
    #[serde(rename = "distrust_key")]
    BlockKey(BlockedKey),
    /// Unblocks a key.
    #[serde(rename = "trust_key")]
    UnblockKey {
        /// Its issuer.
        iss: String,
        /// Its id.
        kid: String,
    },
}

/// A change that was made: the project after it, and what it was about before and after.
#[derive(Clone, Debug, PartialEq)]
pub struct Applied {
    /// The project.
    pub project: Project,
    /// What was there.
    pub before: Option<Value>,
    /// What is there now.
    pub after: Option<Value>,
}

/// Why a change is not made.
#[derive(Clone, Debug, PartialEq)]
pub enum Refusal {
    /// There is no such project or identity provider.
    NotFound,
    /// There is one with that id already.
    Exists,
    /// The resource is not as the request demands.
    PreconditionFailed,
    /// The project has as much as it can have.
    TooMany,
    /// The document has faults.
    Invalid(Faults),
}

impl Refusal {
    /// The code by which it is told.
    pub fn code(&self) -> ErrorCode {
        match self {
            Self::NotFound => ErrorCode::NotFound,
            Self::Exists => ErrorCode::AlreadyExists,
            Self::PreconditionFailed => ErrorCode::PreconditionFailed,
            Self::TooMany => ErrorCode::LimitReached,
            Self::Invalid(_) => ErrorCode::DocumentInvalid,
        }
    }
}

/// Reads the document of a project: `{"label"?}`.
pub fn read_project(document: &Value) -> Result<Change, Faults> {
    document_reader::read(document, |node| {
        node.properties(|project| {
            let label = project.optional("label").inspect(check_label);
            Some(Change::PutProject { label: label.map(|node| node.value().clone()) })
        })
    })
}
