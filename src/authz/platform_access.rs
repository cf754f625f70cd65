//! The proof that a caller may administer or audit the platform.

use std::sync::Arc;

use crate::accounts::{ADMIN, AUDITOR};
use crate::authz::evidence::Verified;
use crate::authz::identity::Identity;
use crate::authz::principal::Principal;
use crate::authz::trace::Trace;
use crate::error_code::ErrorCode;

/// What a caller may do on the platform and in all projects.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum PlatformRole {
    /// Everything.
    Admin,
    /// Read everything, and change nothing.
    Auditor,
}

impl PlatformRole {
    /// The name of the role.
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Admin => ADMIN,
            Self::Auditor => AUDITOR,
        }
    }
}

/// The proof that a caller has a role on the platform.
#[derive(Clone, Debug)]
pub struct PlatformAccess {
    identity: Arc<Identity>,
    role: PlatformRole,
    trace: Trace,
}

impl PlatformAccess {
    /// The access of a caller whom the platform's entry identifies:
    ///
    /// ```
    /// use edge_authorizer::{ErrorCode, PlatformAccess, Principal, Verified};
    ///
    /// fn check(caller: &Principal<Verified>) -> Result<PlatformAccess, ErrorCode> {
    ///     PlatformAccess::check(caller)
    /// }
    /// ```
    ///
    /// With unsigned claims it does not compile:
    ///
    /// ```compile_fail,E0308
    /// use edge_authorizer::{ErrorCode, PlatformAccess, Principal, Unverified};
    ///
    /// fn check(caller: &Principal<Unverified>) -> Result<PlatformAccess, ErrorCode> {
    ///     PlatformAccess::check(caller)
    /// }
    /// ```
    pub fn check(principal: &Principal<Verified>) -> Result<Self, ErrorCode> {
        let identity = principal.identity();
        let has = |role: &PlatformRole| identity.roles.iter().any(|other| other.as_str() == role.as_str());
        let role = [PlatformRole::Admin, PlatformRole::Auditor].into_iter().find(has);
        // A project of that name does not exist; its owners would have chosen the roles.
        let role = role.filter(|_| identity.project.is_platform()).ok_or(ErrorCode::RoleMissing)?;
        Ok(Self { identity: identity.clone(), role, trace: Trace::default() })
    }

    /// The same with the steps that led there.
    pub(crate) fn with_trace(self, trace: Trace) -> Self {
        Self { trace, ..self }
    }

    /// The steps that led there.
    pub fn trace(&self) -> &Trace {
        &self.trace
    }

    /// Who it is.
    pub fn identity(&self) -> &Identity {
        &self.identity
    }

    /// The role; of several, the one that may do more.
    pub fn role(&self) -> PlatformRole {
        self.role
    }
}
