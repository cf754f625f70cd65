//! The resources of a project.

use edge_authorizer::management::{Change, Endpoint, read_project};
use edge_authorizer::{ErrorCode, Method, ProjectId};
use serde_json::Value;

use super::author::Caller;
use super::call::Call;
use super::document::{self, MAX_BODY};
use super::issuer_keys::unblock_key;
use super::reply::Reply;
use crate::host::{ControlHost, Key};
use crate::http::Body;
use crate::records::ProjectRecord;

impl<H: ControlHost> Call<'_, H> {
    /// Answers a request about a project.
    pub async fn answer_for_project(
        &self,
        id: &ProjectId,
        endpoint: &Endpoint,
        method: Method,
        body: impl Body,
    ) -> Result<Reply, Reply> {
        let key = &Key::Project(id.clone());
        let caller = if endpoint.owned_project().is_some() {
            let snapshot = async || {
                let project = self.load::<ProjectRecord>(key).await?.value.project;
                Ok(self.state.snapshots.of(self.host, id, &project))
            };
            self.authenticate_owner(id, snapshot).await?
        } else {
            self.authenticate_admin()?
        };
        let document = if endpoint.takes_document(method) {
            document::read_document(self.request, body, MAX_BODY).await?
        } else {
            Value::Null
        };
        let change = match (endpoint, method) {
            (Endpoint::KeysRefresh(_, idp), _) => {
                let project = self.load::<ProjectRecord>(key).await?.value.project;
                return self.refresh_keys(key, &project, idp).await;
            }
            (Endpoint::Explain(_), _) => {
                let project = self.load::<ProjectRecord>(key).await?.value.project;
                if !project.exists {
                    return Err(Reply::refused(ErrorCode::NotFound));
                }
                let snapshot = self.state.snapshots.of(self.host, id, &project);
                return self.explain(id, snapshot, &document).await;
            }
            (_, Method::Get | Method::Head) => {
                let found = self.read(key, endpoint, &caller).await?;
                let found = found.ok_or_else(|| Reply::refused(ErrorCode::NotFound))?;
                let known = self.request.header("if-none-match");
                return Ok(Reply::representation(found, known.as_deref()));
            }
            _ => self.change_of(key, endpoint, method, document).await?,
        };
        self.change(id, &change, &caller).await
    }

    /// The change that a request asks for.
    async fn change_of(
        &self,
        key: &Key,
        endpoint: &Endpoint,
        method: Method,
        document: Value,
    ) -> Result<Change, Reply> {
        Ok(match (endpoint, method) {
            (Endpoint::Project(_), Method::Delete) => Change::DeleteProject,
            (Endpoint::Project(_), _) => read_project(&document).map_err(Reply::invalid)?,
            (Endpoint::Idps(_), _) => Change::AddIdp { idp: document },
            (Endpoint::Idp(_, idp), Method::Delete) => Change::RemoveIdp { id: idp.clone() },
            (Endpoint::Idp(_, idp), _) => Change::ReplaceIdp { id: idp.clone(), idp: document },
            (Endpoint::KeyBlock(_, idp, kid), _) => {
                let project = self.load::<ProjectRecord>(key).await?.value.project;
                if method == Method::Delete {
                    unblock_key(&project, idp, kid)?
                } else {
                    self.block_key(key, &project, idp, kid).await?
                }
            }
            (Endpoint::IdpOrder(_), _) => Change::Reorder { ids: document::read_ids(&document)? },
            _ => return Err(Reply::refused(ErrorCode::NotFound)),
        })
    }

    /// A resource as it is.
    async fn read(&self, key: &Key, endpoint: &Endpoint, caller: &Caller) -> Result<Option<Value>, Reply> {
        let loaded = self.load::<ProjectRecord>(key).await?;
        let is_known = loaded.exists();
        let project = loaded.value.project;
        Ok(match endpoint {
            // A deleted project has a log; one that never existed has none. What was done before the project was made again
            // is its former owners' business.
            Endpoint::AuditLog(_) if is_known => {
                Some(self.audit_page(key, matches!(caller, Caller::Owner(_))).await?)
            }
            _ if !project.exists => None,
            Endpoint::Idps(_) => Some(Value::Array(project.idps)),
            Endpoint::Idp(_, idp) => project.idp(idp).cloned(),
            Endpoint::IdpOrder(_) => Some(project.order()),
            Endpoint::Keys(_, idp) => Some(self.describe_keys(key, &project, idp).await?),
            _ => project.representation(),
        })
    }
}
