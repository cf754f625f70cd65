//! Callers with a role on the platform, by a token of the gateway's own issuer.

use std::sync::Arc;

use edge_authorizer::accounts::{PLATFORM_ROLES, built_in_entry};
use edge_authorizer::management::Endpoint;
use edge_authorizer::{
    CustomIdp, Denial, ErrorCode, Method, PlatformAccess, PlatformRequirement, PlatformRole, ProjectId, Role,
    Snapshot, Step, Token,
};

use super::call::Call;
use super::reply::Reply;
use crate::driver::drive;
use crate::host::DataHost;

/// Why a caller may not use an endpoint by a role on the platform.
pub enum NoAccess {
    /// They have no such role.
    NoRole,
    /// They are an auditor, who changes nothing.
    ReadOnly,
    /// The token is not accepted, or this cannot be found out.
    Refused(ErrorCode),
}

impl NoAccess {
    /// The answer where only a role on the platform counts.
    pub fn into_reply(self) -> Reply {
        match self {
            Self::NoRole | Self::ReadOnly => Reply::refused(ErrorCode::AdministratorOnly),
            Self::Refused(code) => Reply::refused(code),
        }
    }

    /// The answer to a caller who does not own the project either, if it says more than that.
    pub fn instead_of_owner(self) -> Option<Reply> {
        match self {
            Self::ReadOnly => Some(Reply::refused(ErrorCode::RoleMissing)),
            Self::Refused(code) if code.status() >= 500 => Some(Reply::refused(code)),
            Self::NoRole | Self::Refused(_) => None,
        }
    }
}

impl<H: DataHost> Call<'_, H> {
    /// Whether a token says that the gateway itself issued it.
    pub fn is_own_token(&self, token: &Token<'_>) -> bool {
        let issuer = token.unverified_claims().issuer();
        self.public_url().is_some_and(|url| url.issuer().as_str() == issuer)
    }

    /// The role on the platform by which the bearer of a token may use an endpoint.
    pub async fn find_access(
        &self,
        step: Option<Box<Step<'_, PlatformRequirement>>>,
        endpoint: &Endpoint,
        method: Method,
    ) -> Result<PlatformAccess, NoAccess> {
        let step = step.ok_or(NoAccess::NoRole)?;
        let snapshot = self.platform_snapshot().await.map_err(NoAccess::Refused)?;
        let access = drive(*step, &self.resolver(Some(snapshot))).await.map_err(|refusal| {
            let Denial { code, .. } = refusal.denial;
            if code == ErrorCode::RoleMissing { NoAccess::NoRole } else { NoAccess::Refused(code) }
        })?;
        match access.role() {
            PlatformRole::Auditor if !endpoint.is_read_by(method) => Err(NoAccess::ReadOnly),
            _ => Ok(access),
        }
    }

    /// What decides who has a role on the platform. Its only entry is made here.
    pub async fn platform_snapshot(&self) -> Result<Arc<Snapshot>, ErrorCode> {
        let replicas = self.state.data.replicas();
        let published = replicas.snapshot(self.host, &ProjectId::platform()).await;
        let published = published.map_err(|_| ErrorCode::ConfigUnavailable)?;
        let roles: Vec<_> = PLATFORM_ROLES.into_iter().filter_map(|role| Role::try_from(role).ok()).collect();
        let public_url = self.public_url().ok_or(ErrorCode::ConfigUnavailable)?;
        let entry = CustomIdp::parse(&built_in_entry(public_url, &roles));
        let entry = entry.map_err(|_| ErrorCode::ConfigUnavailable)?;
        Ok(Arc::new(Snapshot::of_platform(entry, published.as_deref())))
    }
}
