//! Refusing what needs no record.

use edge_authorizer::accounts::SigningSet;
use edge_authorizer::management::Endpoint;
use edge_authorizer::{Method, ProjectId};

use super::call::Call;
use super::caller::Credentials;
use super::reply::Reply;
use crate::host::{DataHost, Key};
use crate::lock::lock;

/// A request that names a resource and has credentials that could be accepted.
#[derive(Clone, Debug)]
pub struct Screened {
    key: Key,
    is_change: bool,
    changed_keys: Option<SigningSet>,
}

impl Screened {
    /// The key of the record that it is about: where it is to be answered.
    pub fn key(&self) -> Key {
        self.key.clone()
    }

    /// The signing keys that it changes: those kept in memory are out of date then.
    pub fn changed_keys(&self) -> Option<SigningSet> {
        self.changed_keys
    }

    /// Whether it changes what is published.
    pub fn is_change(&self) -> bool {
        self.is_change
    }
}

impl<H: DataHost> Call<'_, H> {
    /// Refuses what needs no record.
    pub async fn screen(&self) -> Result<Screened, Reply> {
        let (endpoint, method) = self.find()?;
        self.screen_credentials(&endpoint, method).await?;
        let is_published = endpoint.is_changed_by(method) && !endpoint.is_about_users();
        let is_change = is_published && !self.request.is_set("dryRun");
        let key = match endpoint.project() {
            Some(project) => Key::Project(project.clone()),
            None if endpoint.is_about_users() => Key::Project(ProjectId::platform()),
            None if endpoint.is_about_signing_keys() => Key::SigningKeys(self.signing_set()),
            None => Key::Routes,
        };
        let is_of_keys = endpoint.is_about_signing_keys() && !endpoint.is_read_by(method);
        let changed_keys = is_of_keys.then(|| self.signing_set());
        Ok(Screened { key, is_change, changed_keys })
    }

    async fn screen_credentials(&self, endpoint: &Endpoint, method: Method) -> Result<(), Reply> {
        let (project, authorization) = (endpoint.owned_project(), self.authorization());
        let Credentials::Token(token) = self.credentials(authorization.as_deref(), project)? else {
            return Ok(());
        };
        let Err(refusal) = self.find_access(token.platform, endpoint, method).await else { return Ok(()) };
        let (Some(step), Some(id)) = (token.owner, project) else { return Err(refusal.into_reply()) };
        let snapshot = self.state.data.replicas().snapshot(self.host, id).await;
        if matches!(snapshot, Ok(Some(_))) || lock(&self.state.unknown_projects).admit(id, self.host.now()) {
            return Ok(());
        }
        // While the replica fails, it is unknown whether there is such a project.
        snapshot?;
        self.authorize(*step, None).await.map(|_| ())
    }
}
