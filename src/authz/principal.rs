//! A caller whom an entry of a project recognises.

use std::sync::Arc;

use crate::authz::identity::Identity;

/// Who bears a token.
#[derive(Clone, Debug)]
pub struct Principal {
    /// Who it is.
    pub identity: Arc<Identity>,
    /// Whether the entry that recognised them names the role `owner`.
    pub names_owner: bool,
}
