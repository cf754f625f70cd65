//! The control plane of a process.

use std::sync::{Arc, OnceLock};

use edge_authorizer::accounts::{AuthDocument, SigningSet};
use edge_authorizer::{Denial, ErrorCode, ProjectId, Role, Unavailable};
use serde::Serialize;

use super::state::ControlState;
use crate::data_plane::DataPlane;
use crate::host::{
    ControlHost, DataHost, IssuerRequest, IssuerResponse, Key, LogSink, RolesAdmission, SigningHost,
    SigningKeysResponse,
};
use crate::http::{Body, Request, Response, problem_with};
use crate::log;
use crate::management::{Call, Reply, Screened, move_notes};
use crate::publication::publish;
use crate::records::{ProjectRecord, RoutesRecord};
use crate::settings::{AdminTokens, IssuerSettings, UnusableVariable};
use crate::{signing, users};

/// The control plane of a process. `S` is the host's signal.
pub struct ControlPlane<S>(ControlState<S>);

impl<S> ControlPlane<S> {
    /// A plane that remembers nothing yet but what the process's data plane does.
    pub fn new(data: Arc<DataPlane<S>>, admins: AdminTokens, issuer_settings: IssuerSettings) -> Self {
        Self(ControlState::new(data, admins, issuer_settings))
    }

    /// What it remembers.
    pub(crate) fn state(&self) -> &ControlState<S> {
        &self.0
    }

    /// What it shares with the data plane.
    pub fn data(&self) -> &Arc<DataPlane<S>> {
        &self.0.data
    }

    /// Answers a request to the management API: [`Self::screen`] and [`Self::answer`] where one process has all records.
    pub async fn handle<H: ControlHost<Signal = S>>(
        &self,
        host: &H,
        request: &Request,
        body: impl Body,
    ) -> Response {
        let request = &match self.with_session(host, request.clone()).await {
            Ok(request) => request,
            Err(refusal) => return refusal,
        };
        let screened = match self.screen(host, request).await {
            Ok(screened) => screened,
            Err(refusal) => return refusal,
        };
        let response = self.answer(host, request, body).await;
        self.note_answered(&screened, response.is_success());
        let key = screened.key();
        if screened.is_change()
            && response.is_success()
            && let Ok(text) = self.published(host, &key).await
        {
            self.0.data.note(host, &key, text.as_deref());
        }
        response
    }

    /// Refuses what needs no record, and writes the log line of that. This is a filter and proves nothing: [`Self::answer`] decides by what is stored. A host
    /// whose records are elsewhere screens a request first, so that requests without acceptable credentials wake nothing.
    pub async fn screen<H: DataHost<Signal = S>>(
        &self,
        host: &H,
        request: &Request,
    ) -> Result<Screened, Response> {
        let call = self.call(host, request);
        call.screen().await.map_err(|reply| finish(&call, reply))
    }

    /// Answers a request to the management API where its record is, and writes its log line.
    pub async fn answer<H: ControlHost<Signal = S>>(
        &self,
        host: &H,
        request: &Request,
        body: impl Body,
    ) -> Response {
        let call = self.call(host, request);
        finish(&call, call.answer(body).await)
    }

    /// Forgets what a request made out of date, where [`Self::screen`] was called.
    pub fn note_answered(&self, screened: &Screened, is_success: bool) {
        if let Some(set) = screened.changed_keys().filter(|_| is_success) {
            self.0.signing.forget(set);
        }
    }

    fn call<'c, H: DataHost<Signal = S>>(&'c self, host: &'c H, request: &'c Request) -> Call<'c, H> {
        Call { host, state: &self.0, request, actor: OnceLock::new() }
    }

    /// The text that is published of a record, as it is stored: a snapshot, a tombstone or the routes. An edge that had it
    /// changed keeps it and does not wait for the replica.
    pub async fn published<H: ControlHost<Signal = S>>(
        &self,
        host: &H,
        key: &Key,
    ) -> Result<Option<String>, Unavailable> {
        let records = self.0.records(host);
        Ok(match key {
            Key::Project(_) => records.load::<ProjectRecord>(key).await?.value.project().snapshot_text(),
            Key::Routes => {
                records.load::<RoutesRecord>(key).await?.value.publication().map(|it| it.to_string())
            }
            Key::Issuer(_) | Key::SigningKeys(_) => None,
        })
    }

    /// Keeps what is published of a key where only [`Self::screen`] reads it, which needs to know no more of a project than
    /// that it exists; of the platform, who has lost access.
    pub fn note_published<H: DataHost<Signal = S>>(&self, host: &H, key: &Key, text: Option<&str>) {
        let data = &self.0.data;
        let is_kept = |id| data.replicas().has_snapshot(host, id);
        if !matches!(key, Key::Project(id) if !id.is_platform() && is_kept(id)) {
            data.note(host, key, text);
        }
    }

    /// The key of the record that has an issuer's keys: where requests about it are answered.
    pub fn key_of_issuer(&self, issuer: &str) -> Key {
        let public_url = self.0.issuer_settings.public_url.as_ref();
        if public_url.is_ok_and(|url| url.issuer().as_str() == issuer) {
            Key::SigningKeys(SigningSet::AccessTokens)
        } else {
            Key::Issuer(issuer.to_owned())
        }
    }

    /// Answers a request about an issuer where its record is.
    pub async fn answer_issuer<H: ControlHost<Signal = S>>(
        &self,
        host: &H,
        issuer: &str,
        request: &IssuerRequest,
    ) -> Result<IssuerResponse, Unavailable> {
        if self.key_of_issuer(issuer) == Key::SigningKeys(SigningSet::AccessTokens) {
            return self.answer_own_issuer(host, request).await;
        }
        self.0.issuers(host).answer(issuer, request).await
    }

    /// The same for the gateway's own issuer, whose keys are never fetched.
    pub async fn answer_own_issuer<H: ControlHost<Signal = S>>(
        &self,
        host: &H,
        request: &IssuerRequest,
    ) -> Result<IssuerResponse, Unavailable> {
        self.signing_keys(host, SigningSet::AccessTokens)?.answer_issuer(request).await
    }

    /// Has a project admit roles for its members, and take the entries of its audit log that wait, where its record is.
    pub async fn admit_roles<H: ControlHost<Signal = S>>(
        &self,
        host: &H,
        project: &ProjectId,
        roles: &[Role],
    ) -> Result<RolesAdmission, Unavailable> {
        // Entries that cannot be moved now wait until the log is read.
        let _later = move_notes(host, project).await;
        users::admit_roles(&self.0, host, project, roles).await
    }

    /// Answers with a set of signing keys where it is stored.
    pub async fn answer_signing_keys<H: ControlHost<Signal = S>>(
        &self,
        host: &H,
        set: SigningSet,
    ) -> Result<SigningKeysResponse, Unavailable> {
        self.signing_keys(host, set)?.answer().await
    }

    fn signing_keys<'c, H: ControlHost<Signal = S>>(
        &'c self,
        host: &'c H,
        set: SigningSet,
    ) -> Result<signing::SigningService<'c, H>, Unavailable> {
        self.0.signing_keys(host, set).map_err(|unusable| unset(host, unusable))
    }

    /// A compact JWS of the type `typ` with these claims, signed with the current key for access tokens. A host whose
    /// signing keys are elsewhere keeps them in memory for a while.
    pub async fn sign(
        &self,
        host: &impl SigningHost<Signal = S>,
        typ: &str,
        claims: &impl Serialize,
    ) -> Result<String, Unavailable> {
        let sealing =
            self.0.issuer_settings.sealing_keys(SigningSet::AccessTokens).map_err(|it| unset(host, it))?;
        signing::sign(host, &self.0.signing, sealing, typ, claims).await
    }

    /// Answers a request for a document of the gateway's own issuer: its metadata, or a key set.
    pub async fn auth_document(
        &self,
        host: &impl SigningHost<Signal = S>,
        document: AuthDocument,
        request: &Request,
    ) -> Response {
        let settings = &self.0.issuer_settings;
        let set = if let AuthDocument::KeySet(set) = document { set } else { SigningSet::default() };
        match (&settings.public_url, settings.sealing_keys(set)) {
            (Ok(public_url), Ok(_)) => {
                signing::answer_document(host, &self.0.signing, public_url, document, request).await
            }
            (Err(unusable), _) | (_, Err(unusable)) => {
                let denial = Denial { code: ErrorCode::ConfigUnavailable, realm: None };
                problem_with(&denial, &request.id, None, Some(&unusable.to_string()))
            }
        }
    }

    /// Does what is due for a key: the host calls this at the time that a commit or [`crate::host::Store::wake_after`] set, and again later
    /// if it fails.
    pub async fn wake<H: ControlHost<Signal = S>>(&self, host: &H, key: &Key) -> Result<(), Unavailable> {
        let records = self.0.records(host);
        match key {
            Key::Project(_) => publish::<ProjectRecord, H>(records, &self.0.turns, key).await.map(|_| ()),
            Key::Routes => publish::<RoutesRecord, H>(records, &self.0.turns, key).await.map(|_| ()),
            Key::Issuer(issuer) => self.0.issuers(host).wake(issuer).await,
            Key::SigningKeys(set) => self.signing_keys(host, *set)?.wake().await,
        }
    }
}

/// The response that a reply becomes, whose log line is written.
fn finish<H: DataHost>(call: &Call<'_, H>, reply: Reply) -> Response {
    let Call { host, request, actor, .. } = call;
    let response = reply.into_response(&request.id);
    host.info(&log::management(request, &response, host.now(), actor.get()));
    response
}

/// Notes in the log that something was needed that is not set.
fn unset(host: &impl LogSink, unusable: &UnusableVariable) -> Unavailable {
    log::warning(host, "variable_missing", unusable.name, unusable);
    Unavailable
}
