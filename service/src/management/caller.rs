//! Who calls: someone with a role on the platform, or an owner of the project.

use std::sync::Arc;

use edge_authorizer::management::Endpoint;
use edge_authorizer::{
    BearerCredentials, Denial, ErrorCode, Method, OwnerRefusal, OwnerRequirement, Ownership,
    PlatformRequirement, ProjectId, Snapshot, Step, Token, authorize_owner, authorize_platform,
};

use super::author::Caller;
use super::call::Call;
use super::reply::Reply;
use crate::data_plane::{PlaneResolver, SnapshotSource};
use crate::driver::drive;
use crate::host::DataHost;
use crate::log::{Actor, warning};
use crate::records::ProjectRecord;

/// What credentials say by themselves.
pub enum Credentials<'r> {
    /// They are an administrator's.
    PlatformAdmin,
    /// They are a token.
    Token(TokenCredentials<'r>),
}

/// What a token has to be evaluated for.
pub struct TokenCredentials<'r> {
    /// Whether the bearer owns the project; `None` where owners may do nothing.
    pub owner: Option<Box<Step<'r, OwnerRequirement>>>,
    /// Whether the bearer has a role on the platform; `None` for a token of another issuer than the gateway's own.
    pub platform: Option<Box<Step<'r, PlatformRequirement>>>,
}

impl<H: DataHost> Call<'_, H> {
    /// Reads the credentials of the request. What is missing, ambiguous, malformed or expired is refused, and so are tokens of
    /// identity providers where there is no `project` whose owners may.
    pub fn credentials<'r>(
        &self,
        authorization: Option<&'r str>,
        project: Option<&ProjectId>,
    ) -> Result<Credentials<'r>, Reply> {
        let denied = |code| Err(Reply::denied(Denial { code, realm: project.cloned() }));
        let text = match BearerCredentials::parse(authorization) {
            BearerCredentials::Bearer(token) if self.state.admins.contain(token) => {
                self.note(Actor::platform_admin);
                return Ok(Credentials::PlatformAdmin);
            }
            BearerCredentials::Missing => return denied(ErrorCode::TokenMissing),
            BearerCredentials::Ambiguous(reason) => {
                let denial = Denial { code: ErrorCode::RequestInvalid, realm: project.cloned() };
                return Err(Reply::denied_for(denial, reason));
            }
            BearerCredentials::Bearer(text) => text,
        };
        let token = Token::parse(text).ok();
        let is_own = token.as_ref().is_some_and(|token| self.is_own_token(token));
        let clock = self.state.data.clock_at(self.host.now());
        let platform = is_own.then(|| Box::new(authorize_platform(authorization, clock)));
        let Some(id) = project else {
            return match (platform, token) {
                (Some(step), _) => {
                    Ok(Credentials::Token(TokenCredentials { owner: None, platform: Some(step) }))
                }
                // What an identity provider issued is not mistaken for the administrator's secret.
                (None, Some(_)) => denied(ErrorCode::AdministratorOnly),
                (None, None) => {
                    let reason = "this is not the platform administrator's token";
                    Err(Reply::for_reason(ErrorCode::TokenUntrusted, reason))
                }
            };
        };
        match authorize_owner(id, authorization, clock) {
            Step::Decided(Err(refusal)) => Err(self.refused(refusal)),
            step => Ok(Credentials::Token(TokenCredentials { owner: Some(Box::new(step)), platform })),
        }
    }

    /// The value of the `Authorization` header.
    pub fn authorization(&self) -> Option<String> {
        self.request.header("authorization")
    }

    /// Who calls, if they are an administrator, or an auditor who reads.
    pub async fn authenticate_admin(&self, endpoint: &Endpoint, method: Method) -> Result<Caller, Reply> {
        let none = async || Err(Reply::refused(ErrorCode::AdministratorOnly));
        self.authenticate(endpoint, method, none).await
    }

    /// Who calls, if they may use the endpoint: an administrator, an auditor who reads, or an owner of the project. `snapshot`
    /// is that of the stored version, not what the replicas have of it: one who is no longer an owner cannot change anything.
    pub async fn authenticate(
        &self,
        endpoint: &Endpoint,
        method: Method,
        snapshot: impl AsyncFnOnce() -> Result<Option<Arc<Snapshot>>, Reply>,
    ) -> Result<Caller, Reply> {
        let authorization = self.authorization();
        let token = match self.credentials(authorization.as_deref(), endpoint.owned_project())? {
            Credentials::PlatformAdmin => return Ok(Caller::PlatformAdmin),
            Credentials::Token(token) => token,
        };
        let refusal = match self.find_access(token.platform, endpoint, method).await {
            Ok(access) => {
                self.note(|| Actor::identified(access.identity()));
                return Ok(Caller::Platform(access));
            }
            Err(refusal) => refusal,
        };
        let Some(step) = token.owner else { return Err(refusal.into_reply()) };
        match self.drive_owner(*step, snapshot().await?).await {
            Ok(ownership) => {
                self.note(|| Actor::identified(ownership.identity()));
                Ok(Caller::Owner(ownership.identity().clone()))
            }
            Err(owner) => Err(refusal.instead_of_owner().unwrap_or_else(|| self.refused(owner))),
        }
    }

    /// Whether the bearer of the token owns the project, by a snapshot.
    pub async fn authorize(
        &self,
        step: Step<'_, OwnerRequirement>,
        snapshot: Option<Arc<Snapshot>>,
    ) -> Result<Ownership, Reply> {
        self.drive_owner(step, snapshot).await.map_err(|refusal| self.refused(refusal))
    }

    fn refused(&self, refusal: OwnerRefusal) -> Reply {
        self.note(|| Actor::refused(&refusal));
        Reply::denied(refusal.denial)
    }

    /// Notes who calls, for the log line.
    fn note(&self, actor: impl FnOnce() -> Actor) {
        self.actor.get_or_init(actor);
    }

    /// What a stored project decides by.
    pub fn snapshot_of(&self, id: &ProjectId, record: &ProjectRecord) -> Option<Arc<Snapshot>> {
        record.snapshot(|faults| warning(self.host, "value_malformed", id.as_str(), faults))
    }

    /// Whether the token of the request makes its caller an owner by a snapshot.
    pub async fn owns(&self, id: &ProjectId, snapshot: Option<Arc<Snapshot>>) -> bool {
        let authorization = self.authorization();
        let clock = self.state.data.clock_at(self.host.now());
        let step = authorize_owner(id, authorization.as_deref(), clock);
        self.drive_owner(step, snapshot).await.is_ok()
    }

    async fn drive_owner(
        &self,
        step: Step<'_, OwnerRequirement>,
        snapshot: Option<Arc<Snapshot>>,
    ) -> Result<Ownership, OwnerRefusal> {
        drive(step, &self.resolver(snapshot)).await
    }

    /// Resolves what a decision needs, by a snapshot that is given.
    pub fn resolver(&self, snapshot: Option<Arc<Snapshot>>) -> PlaneResolver<'_, H> {
        PlaneResolver { host: self.host, plane: &self.state.data, source: SnapshotSource::Given(snapshot) }
    }
}
