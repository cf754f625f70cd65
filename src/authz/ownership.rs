//! The proof that a caller owns a project.

use std::sync::Arc;

use crate::authz::evidence::Verified;
use crate::authz::identity::Identity;
use crate::authz::principal::Principal;
use crate::config::role::OWNER;
use crate::error_code::ErrorCode;

/// The proof that a caller owns a project.
#[derive(Debug)]
pub struct Ownership(Arc<Identity>);

impl Ownership {
    /// The ownership of a caller who has the role `owner` by an entry that names it:
    ///
    /// ```
    /// use edge_authorizer::{ErrorCode, Ownership, Principal, Verified};
    ///
    /// fn check(caller: &Principal<Verified>) -> Result<Ownership, ErrorCode> {
    ///     Ownership::check(caller)
    /// }
    /// ```
    ///
    /// With unsigned claims it does not compile:
    ///
    /// ```compile_fail,E0308
    /// use edge_authorizer::{ErrorCode, Ownership, Principal, Unverified};
    ///
    /// fn check(caller: &Principal<Unverified>) -> Result<Ownership, ErrorCode> {
    ///     Ownership::check(caller)
    /// }
    /// ```
    pub fn check(principal: &Principal<Verified>) -> Result<Self, ErrorCode> {
        if is_owner(principal) { Ok(Self(principal.identity().clone())) } else { Err(ErrorCode::RoleMissing) }
    }

    /// The owner.
    pub fn identity(&self) -> &Identity {
        &self.0
    }
}

/// Whether a caller has the role `owner` by an entry that names it.
pub(crate) fn is_owner<S>(principal: &Principal<S>) -> bool {
    principal.names_owner() && principal.identity().roles.iter().any(|role| role.as_str() == OWNER)
}
