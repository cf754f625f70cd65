//! The proof that a caller owns a project.

use std::sync::Arc;

use crate::authz::identity::Identity;

/// The proof that a caller owns a project. Only [`crate::authorize_owner`] makes one.
#[derive(Debug)]
pub struct Ownership(Arc<Identity>);

impl Ownership {
    pub(crate) fn new(identity: Arc<Identity>) -> Self {
        Self(identity)
    }

    /// The owner.
    pub fn identity(&self) -> &Identity {
        &self.0
    }
}
