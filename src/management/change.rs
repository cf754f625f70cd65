//! The changes that can be made to a project.

use std::sync::Arc;

use serde::Serialize;
use serde_json::Value;

use super::account_change::AccountChange;
use crate::accounts::ClientSecret;
use crate::config::blocked_key::BlockedKey;
use crate::config::label::check_label;
use crate::document_reader;
use crate::fault::Faults;
use crate::project_id::ProjectId;

/// A change to a project.
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
        idp: Arc<Value>,
    },
    /// Changes an identity provider.
    ReplaceIdp {
        /// Which.
        id: String,
        /// Its new entry.
        idp: Arc<Value>,
    },
    /// Removes an identity provider.
    RemoveIdp {
        /// Which.
        id: String,
    },
    /// Changes the order in which entries are matched.
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
    /// Revokes tokens.
    Revoke {
        /// Which, without an id.
        revocation: Arc<Value>,
        /// Whether it may name an entry that the project does not have.
        #[serde(skip)]
        is_forced: bool,
    },
    /// Removes a revocation.
    RemoveRevocation {
        /// Which.
        id: String,
        /// Whether an owner removes it, and no administrator.
        #[serde(skip)]
        is_owner: bool,
    },
    /// Changes a service account.
    #[serde(untagged)]
    Account(AccountChange),
}

impl Change {
    /// Whether the change can be made to what does not exist. The platform exists from its first account on.
    pub(super) fn creates(&self, id: &ProjectId) -> bool {
        let is_account = matches!(self, Self::Account(AccountChange::AddServiceAccount { .. }));
        matches!(self, Self::PutProject { .. }) || (is_account && id.is_platform())
    }

    /// The secret that the change makes: the answer shows it, and nothing else does.
    pub fn secret(&self) -> Option<&ClientSecret> {
        match self {
            Self::Account(change) => change.secret(),
            _ => None,
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

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn audit_logs_keep_the_names_of_changes() {
        let (iss, kid) = ("https://issuer.example".to_owned(), "k".to_owned());
        let block = Change::BlockKey(BlockedKey { iss: iss.clone(), kid: kid.clone(), thumbprint: None });
        let changes = [block, Change::UnblockKey { iss, kid }, Change::DeleteProject];
        let names = changes.map(|change| serde_json::to_value(change).unwrap());
        assert_eq!(names.clone().map(|name| name.get("distrust_key").is_some()), [true, false, false]);
        assert_eq!(names.clone().map(|name| name.get("trust_key").is_some()), [false, true, false]);
        assert_eq!(names[2], "delete_project");
    }
}
