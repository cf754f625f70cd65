//! The resources of a project.

use std::sync::Arc;

use edge_authorizer::management::{AccountEndpoint, Change, Endpoint, read_project, read_revocation};
use edge_authorizer::{ErrorCode, Method, ProjectId};
use serde_json::Value;

use super::author::Caller;
use super::call::Call;
use super::document::{self, Document, MAX_BODY};
use super::reply::{Reply, text_of};
use crate::control_plane::CHANGE_BYTES;
use crate::host::{ControlHost, Key};
use crate::http::Body;

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
        let snapshot = async || Ok(self.snapshot_of(id, &self.load(key).await?.value));
        let caller = self.authenticate(endpoint, method, snapshot).await?;
        let document = if endpoint.takes_document(method) {
            document::read_document(self.request, body, MAX_BODY).await?
        } else {
            Document { value: Value::Null, bytes: 0 }
        };
        let change_bytes = if endpoint.is_changed_by(method) { CHANGE_BYTES } else { 0 };
        let _held = self.hold(key, change_bytes + document.bytes)?;
        let document = document.value;
        let change = match (endpoint, method) {
            (Endpoint::KeysRefresh(_, idp), _) => return self.refresh_keys(key, idp).await,
            (Endpoint::Explain(_), _) => return self.explain_stored(id, key, &caller, &document).await,
            (_, Method::Get | Method::Head) => {
                let found = self.read(key, endpoint, &caller).await?;
                let found = found.ok_or_else(|| Reply::refused(ErrorCode::NotFound))?;
                let known = self.request.header("if-none-match");
                return Ok(Reply::representation(found, known.as_deref()));
            }
            _ => self.change_of(key, endpoint, method, document, &caller).await?,
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
        caller: &Caller,
    ) -> Result<Change, Reply> {
        Ok(match (endpoint, method) {
            (Endpoint::Project(_), Method::Delete) => Change::DeleteProject,
            (Endpoint::Project(_), _) => read_project(&document).map_err(Reply::invalid)?,
            (Endpoint::Idps(_), _) => Change::AddIdp { idp: Arc::new(document) },
            (Endpoint::Idp(_, idp), Method::Delete) => Change::RemoveIdp { id: idp.clone() },
            (Endpoint::Idp(_, idp), _) => {
                Change::ReplaceIdp { id: idp.clone(), idp: Arc::new(document::with_id(document, idp)) }
            }
            (Endpoint::KeyBlock(_, idp, kid), Method::Delete) => self.unblock_key(key, idp, kid).await?,
            (Endpoint::KeyBlock(_, idp, kid), _) => self.block_key(key, idp, kid).await?,
            (Endpoint::IdpOrder(_), _) => Change::Reorder { ids: document::read_ids(&document)? },
            (Endpoint::Revocations(_), _) => {
                let is_forced = self.request.is_set("force");
                read_revocation(&document, self.host.now(), is_forced).map_err(Reply::invalid)?
            }
            (Endpoint::Revocation(_, id), _) => {
                Change::RemoveRevocation { id: id.clone(), is_owner: caller.is_owner() }
            }
            (Endpoint::Accounts(project, account), _) => {
                let change = self.account_change(project, account, method, &document);
                Change::Account(change.map_err(Reply::invalid)?)
            }
            _ => return Err(Reply::refused(ErrorCode::NotFound)),
        })
    }

    /// Explains a request by the project as it is stored.
    async fn explain_stored(
        &self,
        id: &ProjectId,
        key: &Key,
        caller: &Caller,
        document: &Value,
    ) -> Result<Reply, Reply> {
        let record = self.load(key).await?.value;
        if !record.project().exists {
            return Err(Reply::refused(ErrorCode::NotFound));
        }
        let snapshot = self.snapshot_of(id, &record);
        drop(record);
        // While the document arrived, the project may have come to others.
        self.check_still_owner(id, snapshot.clone(), caller).await?;
        self.explain(id, snapshot, document).await
    }

    /// A resource as it is, in JSON.
    async fn read(&self, key: &Key, endpoint: &Endpoint, caller: &Caller) -> Result<Option<String>, Reply> {
        let (is_known, record) = {
            let loaded = self.load(key).await?;
            (loaded.exists(), loaded.value)
        };
        let project = record.project();
        Ok(match endpoint {
            // A deleted project has a log; one that never existed has none. What was done before the project was made again
            // is its former owners' business.
            Endpoint::AuditLog(id) if is_known || id.is_platform() => {
                let page = self.audit_page(key, caller.is_owner()).await?;
                Some(page.to_string())
            }
            Endpoint::Accounts(id, AccountEndpoint::Accounts) if project.exists || id.is_platform() => {
                let shown = project.accounts.iter().map(|account| account.representation(id));
                Some(text_of(&shown.collect::<Vec<_>>()))
            }
            _ if !project.exists => None,
            Endpoint::Accounts(id, AccountEndpoint::Account(account)) => {
                project.account(account).map(|account| account.representation(id).to_string())
            }
            Endpoint::Idps(_) => Some(text_of(&project.idps)),
            Endpoint::Idp(_, idp) => project.idp(idp).map(Value::to_string),
            Endpoint::IdpOrder(_) => Some(project.order().to_string()),
            Endpoint::Revocations(_) => Some(text_of(&project.revocations)),
            Endpoint::Revocation(_, id) => project.revocation(id).map(Value::to_string),
            Endpoint::Keys(_, idp) => {
                drop(record);
                Some(self.describe_keys(key, idp).await?.to_string())
            }
            _ => project.representation().map(|representation| representation.to_string()),
        })
    }
}
