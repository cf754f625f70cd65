//! The resources of the login at the company's OpenID Provider.

use edge_authorizer::accounts::SigningSet;
use edge_authorizer::login::{ClientSecret, Federation, FederationChange, ProviderMetadata, client_metadata};
use edge_authorizer::management::{Endpoint, FederationEndpoint};
use edge_authorizer::{ErrorCode, Method, ProjectId, Unavailable, add_times};
use serde_json::{Value, json};

use super::author::{Author, Caller};
use super::call::Call;
use super::document::{self, MAX_BODY};
use super::reply::Reply;
use crate::directory::{CommitFailure, Rows, Stored, added};
use crate::host::{ControlHost, IssuerRequest, RowChange};
use crate::http::Body;
use crate::log::warning;
use crate::login::{
    CLIENT_SECRET, FEDERATION, FederationRow, ProviderFault, RefusedLogin, RemovedFederation, fetch_metadata,
};
use crate::records::MAX_ATTEMPTS;

impl<H: ControlHost> Call<'_, H> {
    /// Answers a request about the federation.
    pub async fn answer_for_federation(
        &self,
        federation: FederationEndpoint,
        endpoint: &Endpoint,
        method: Method,
        body: impl Body,
    ) -> Result<Reply, Reply> {
        let caller = self.authenticate_admin(endpoint, method).await?;
        match (federation, method) {
            (FederationEndpoint::Configuration, Method::Put) => {
                let document = document::read_document(self.request, body, MAX_BODY).await?;
                self.put_federation(&document.value, &caller).await
            }
            (FederationEndpoint::Configuration, Method::Delete) => self.delete_federation(&caller).await,
            (FederationEndpoint::Configuration, _) => {
                let stored = self.stored_federation().await?;
                Ok(self.shown_text(stored.value.shown().to_string()))
            }
            (FederationEndpoint::ClientMetadata, _) => self.client_metadata(),
            (FederationEndpoint::RefusedLogins, _) => {
                let mut list = json!(RefusedLogin::list(self.host).await?);
                add_times(&mut list);
                Ok(self.shown_text(list.to_string()))
            }
            (FederationEndpoint::Test, _) => {
                let stored = self.stored_federation().await?;
                let public_url = self.public_url().ok_or_else(no_public_url)?;
                let login = format!("{public_url}/auth/login?test={}", stored.value.draft);
                Ok(Reply::Body {
                    status: 200,
                    headers: Vec::new(),
                    body: json!({ "login": login }).to_string(),
                })
            }
        }
    }

    fn shown_text(&self, text: String) -> Reply {
        Reply::representation(text, self.request.header("if-none-match").as_deref())
    }

    async fn stored_federation(&self) -> Result<Stored<FederationRow>, Reply> {
        let stored = FederationRow::load(self.host).await?;
        stored.ok_or_else(|| {
            Reply::for_reason(ErrorCode::NotFound, "save the federation first: `PUT /federation`")
        })
    }

    fn client_metadata(&self) -> Result<Reply, Reply> {
        let metadata = client_metadata(self.public_url().ok_or_else(no_public_url)?);
        let headers =
            vec![("content-disposition", "attachment; filename=\"client-metadata.json\"".to_owned())];
        Ok(Reply::Body { status: 200, headers, body: metadata.to_string() })
    }

    async fn put_federation(&self, document: &Value, caller: &Caller) -> Result<Reply, Reply> {
        let precondition = document::precondition(self.request)?;
        let insecure = &self.state.data.settings().insecure_hosts;
        for _ in 0..MAX_ATTEMPTS {
            let former = FederationRow::load(self.host).await?;
            let shown = former.as_ref().map(|former| former.value.shown());
            if !precondition.holds(shown.as_ref().map(Value::to_string).as_deref()) {
                return Err(Reply::refused(ErrorCode::PreconditionFailed));
            }
            let known = former.as_ref().map(|former| &former.value.federation);
            let change = FederationChange::read(document, known, insecure).map_err(Reply::invalid)?;
            let provider = match &former {
                // Nothing new is to be found out about a provider at which nobody will log in; it may be down.
                Some(former) if !change.is_active() && change.keeps_client() => former.value.provider.clone(),
                _ => fetch_metadata(self.host, change.issuer(), insecure).await.map_err(unusable)?,
            };
            let row = self.row_of(former.as_ref(), change, provider).await?;
            if row.federation.active && row.tested.is_none() && !self.request.is_set("force") {
                return Err(Reply::refused(ErrorCode::LoginUntested));
            }
            let (after, is_new) = (row.shown(), former.is_none());
            let headers = vec![("etag", edge_authorizer::management::etag(after.to_string()))];
            let reply = |status| Reply::Body { status, headers, body: after.to_string() };
            if self.request.is_set("dryRun") {
                return Ok(reply(200));
            }
            let write = match &former {
                Some(former) => former.replaced_by(&row),
                None => added(FEDERATION, &row),
            };
            let (note, noting) = self.note_of("put_federation", caller, shown.as_ref(), Some(&after));
            match Rows(self.host).commit(&[write, noting]).await {
                Ok(()) => {}
                Err(CommitFailure::Conflict) => continue,
                Err(_) => return Err(Unavailable.into()),
            }
            self.move_note(&note).await;
            self.name_issuer(former.as_ref(), Some(&row.federation)).await;
            return Ok(reply(if is_new { 201 } else { 200 }));
        }
        Err(Unavailable.into())
    }

    /// What is stored of a change: what the former draft has shown in a test holds unless a login would go otherwise.
    async fn row_of(
        &self,
        former: Option<&Stored<FederationRow>>,
        change: FederationChange,
        provider: ProviderMetadata,
    ) -> Result<FederationRow, Reply> {
        let known = former.map(|former| &former.value);
        let sealed = match (change.secret(), known) {
            (Some(secret), _) => self.seal_secret(secret).await?,
            (None, Some(known)) => known.federation.sealed_secret().to_owned(),
            (None, None) => return Err(Unavailable.into()),
        };
        let is_kept = change.keeps_client();
        let federation = change.into_federation(sealed);
        let mut row = FederationRow::new(self.host.new_id(), federation, provider);
        if let Some(known) = known.filter(|known| is_kept && known.is_like(&row)) {
            (row.draft, row.tested) = (known.draft.clone(), known.tested.clone());
        }
        let removed = RemovedFederation::switched_since(self.host).await?;
        row.switched_at = row.switched_since(known, removed, self.host.now().whole_seconds());
        Ok(row)
    }

    async fn seal_secret(&self, secret: &ClientSecret) -> Result<String, Reply> {
        let sealing = self.state.issuer_settings.sealing_keys(SigningSet::AccessTokens);
        let sealing =
            sealing.map_err(|unusable| Reply::for_reason(ErrorCode::ConfigUnavailable, unusable))?;
        let sealed = sealing.seal(self.host, CLIENT_SECRET, secret.expose().as_bytes()).await;
        sealed.map_err(|failure| {
            warning(self.host, "not_sealed", "federation", failure);
            Unavailable.into()
        })
    }

    async fn delete_federation(&self, caller: &Caller) -> Result<Reply, Reply> {
        let precondition = document::precondition(self.request)?;
        let stored = self.stored_federation().await?;
        let before = stored.value.shown();
        if !precondition.holds(Some(&before.to_string())) {
            return Err(Reply::refused(ErrorCode::PreconditionFailed));
        }
        let done = Reply::Empty { status: 204, headers: Vec::new() };
        if self.request.is_set("dryRun") {
            return Ok(done);
        }
        let now = self.host.now().whole_seconds();
        let [removed, remembered] = RemovedFederation::removing(self.host, &stored, now).await?;
        let (note, noting) = self.note_of("delete_federation", caller, Some(&before), None);
        match Rows(self.host).commit(&[removed, remembered, noting]).await {
            Ok(()) => {}
            Err(CommitFailure::Conflict) => return Err(Reply::refused(ErrorCode::PreconditionFailed)),
            Err(_) => return Err(Unavailable.into()),
        }
        self.move_note(&note).await;
        self.name_issuer(Some(&stored), None).await;
        Ok(done)
    }

    /// Has the provider's keys kept, and those of a former one forgotten. Where that fails, they are fetched when they are needed.
    async fn name_issuer(&self, former: Option<&Stored<FederationRow>>, now: Option<&Federation>) {
        let platform = || ProjectId::platform().as_str().to_owned();
        let former = former.map(|former| former.value.federation.issuer());
        let now = now.map(Federation::issuer);
        if let Some(former) = former.filter(|former| Some(*former) != now) {
            let _told =
                self.host.ask_issuer(former, &IssuerRequest::Unregister { project: platform() }).await;
        }
        if let Some(now) = now {
            let _told = self.host.ask_issuer(now, &IssuerRequest::Register { project: platform() }).await;
        }
    }

    /// The entry of a change in the audit log of the platform: its id, and the change that writes it.
    fn note_of(
        &self,
        change: &str,
        caller: &Caller,
        before: Option<&Value>,
        after: Option<&Value>,
    ) -> (String, RowChange) {
        let change = json!({ change: after }).to_string();
        let note = Author::new(caller, self.request).made(&change, before, after);
        self.pending(&ProjectId::platform(), &note)
    }
}

fn unusable(fault: ProviderFault) -> Reply {
    match fault {
        ProviderFault::NoAnswer(reason) => Reply::for_reason(ErrorCode::IssuerUnusable, reason),
        ProviderFault::Faults(faults) => {
            let reason = format!("its configuration is not enough: {faults}");
            Reply::for_reason(ErrorCode::IssuerUnusable, reason)
        }
    }
}

fn no_public_url() -> Reply {
    Reply::for_reason(ErrorCode::ConfigUnavailable, "the variable `PUBLIC_URL` is not set")
}
