//! Who calls: a platform administrator, or an owner of the project.

use std::sync::Arc;

use edge_authorizer::{
    BearerCredentials, Denial, ErrorCode, OwnerRefusal, OwnerRequirement, Ownership, ProjectId, Snapshot,
    Step, Token, authorize_owner,
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
    /// Whether the bearer owns the project is open.
    Token(Box<Step<'r, OwnerRequirement>>),
}

impl<H: DataHost> Call<'_, H> {
    /// Reads the credentials of the request. What is missing, ambiguous, malformed or expired is refused, and so are all
    /// but administrators where there is no `project` whose owners may.
    pub fn credentials<'r>(
        &self,
        authorization: Option<&'r str>,
        project: Option<&ProjectId>,
    ) -> Result<Credentials<'r>, Reply> {
        let denied = |code| Err(Reply::denied(Denial { code, realm: project.cloned() }));
        match BearerCredentials::parse(authorization) {
            BearerCredentials::Bearer(token) if self.state.admins.contain(token) => {
                self.note(Actor::platform_admin);
                return Ok(Credentials::PlatformAdmin);
            }
            BearerCredentials::Missing => return denied(ErrorCode::TokenMissing),
            BearerCredentials::Ambiguous(reason) => {
                let denial = Denial { code: ErrorCode::RequestInvalid, realm: project.cloned() };
                return Err(Reply::denied_for(denial, reason));
            }
            // What an identity provider issued is not mistaken for the administrator's secret.
            BearerCredentials::Bearer(token) if project.is_none() && Token::parse(token).is_ok() => {
                return denied(ErrorCode::AdministratorOnly);
            }
            BearerCredentials::Bearer(_) => {}
        }
        let Some(id) = project else {
            let reason = "this is not the platform administrator's token";
            return Err(Reply::for_reason(ErrorCode::TokenUntrusted, reason));
        };
        let clock = self.state.data.clock_at(self.host.now());
        match authorize_owner(id, authorization, clock) {
            Step::Decided(Err(refusal)) => Err(self.refused(refusal)),
            step => Ok(Credentials::Token(Box::new(step))),
        }
    }

    /// The value of the `Authorization` header.
    pub fn authorization(&self) -> Option<String> {
        self.request.header("authorization")
    }

    /// Who calls, if they are an administrator.
    pub fn authenticate_admin(&self) -> Result<Caller, Reply> {
        match self.credentials(self.authorization().as_deref(), None)? {
            Credentials::PlatformAdmin => Ok(Caller::PlatformAdmin),
            Credentials::Token(_) => Err(Reply::refused(ErrorCode::AdministratorOnly)),
        }
    }

    /// Who calls, if they are an administrator or own the project. `snapshot` is that of the stored version, not what the
    /// replicas have of it: one who is no longer an owner cannot change anything.
    pub async fn authenticate_owner(
        &self,
        id: &ProjectId,
        snapshot: impl AsyncFnOnce() -> Result<Option<Arc<Snapshot>>, Reply>,
    ) -> Result<Caller, Reply> {
        let authorization = self.authorization();
        let step = match self.credentials(authorization.as_deref(), Some(id))? {
            Credentials::PlatformAdmin => return Ok(Caller::PlatformAdmin),
            Credentials::Token(step) => step,
        };
        let ownership = self.authorize(*step, snapshot().await?).await?;
        self.note(|| Actor::owner(ownership.identity()));
        Ok(Caller::Owner(ownership.identity().clone()))
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
