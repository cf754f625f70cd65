//! The control plane of a process.

use edge_authorizer::Unavailable;

use super::state::ControlState;
use crate::data_plane::DataPlane;
use crate::host::{ControlHost, IssuerRequest, IssuerResponse, Key};
use crate::http::{Body, Request, Response};
use crate::log;
use crate::management::{Call, Screened};
use crate::publication::publish;
use crate::records::{ProjectRecord, RoutesRecord, load};
use crate::settings::{AdminTokens, Settings};

/// The control plane of a process. `S` is the host's signal.
pub struct ControlPlane<S>(ControlState<S>);

impl<S> ControlPlane<S> {
    /// A plane that remembers nothing yet; `is_shared` as for [`DataPlane::new`].
    pub fn new(settings: Settings, admins: AdminTokens, is_shared: bool) -> Self {
        Self(ControlState::new(settings, admins, is_shared))
    }

    /// What it shares with the data plane; in a process with both, the same value.
    pub fn data(&self) -> &DataPlane<S> {
        &self.0.data
    }

    /// Answers a request to the management API, and writes its log line: [`Self::screen`] and [`Self::answer`] where one
    /// process has all records.
    pub async fn handle<H: ControlHost<Signal = S>>(
        &self,
        host: &H,
        request: &Request,
        body: impl Body,
    ) -> Response {
        let response = match self.screen(host, request).await {
            Ok(screened) => {
                let response = self.answer(host, request, body).await;
                if screened.is_change() && response.is_success() {
                    self.note_change(host, &screened.key()).await;
                }
                response
            }
            Err(refusal) => refusal,
        };
        host.info(&log::management(&request.id, &request.method, &request.path, response.status));
        response
    }

    /// Refuses what needs no record. This is a filter and proves nothing: [`Self::answer`] decides by what is stored. A host
    /// whose records are elsewhere screens a request first, so that requests without acceptable credentials wake nothing.
    pub async fn screen<H: ControlHost<Signal = S>>(
        &self,
        host: &H,
        request: &Request,
    ) -> Result<Screened, Response> {
        self.call(host, request).screen().await.map_err(|reply| reply.into_response(&request.id))
    }

    /// Answers a request to the management API where its record is.
    pub async fn answer<H: ControlHost<Signal = S>>(
        &self,
        host: &H,
        request: &Request,
        body: impl Body,
    ) -> Response {
        self.call(host, request).answer(body).await.into_response(&request.id)
    }

    fn call<'c, H: ControlHost<Signal = S>>(&'c self, host: &'c H, request: &'c Request) -> Call<'c, H> {
        Call { host, state: &self.0, request }
    }

    /// The text that is published of a record, as it is stored: a snapshot, a tombstone or the routes. An edge that had it
    /// changed keeps it and does not wait for the replica.
    pub async fn published<H: ControlHost<Signal = S>>(
        &self,
        host: &H,
        key: &Key,
    ) -> Result<Option<String>, Unavailable> {
        Ok(match key {
            Key::Project(_) => load::<ProjectRecord>(host, key).await?.value.project.snapshot(),
            Key::Routes => load::<RoutesRecord>(host, key).await?.value.document,
            Key::Issuer(_) => None,
        }
        .map(|value| value.to_string()))
    }

    async fn note_change<H: ControlHost<Signal = S>>(&self, host: &H, key: &Key) {
        let Ok(text) = self.published(host, key).await else { return };
        match (key, text) {
            (Key::Project(project), text) => self.0.data.note_snapshot(host, project, text.as_deref()),
            (Key::Routes, Some(text)) => self.0.data.note_routes(host, &text),
            (Key::Routes | Key::Issuer(_), _) => {}
        }
    }

    /// Answers a request about an issuer where its record is.
    pub async fn answer_issuer<H: ControlHost<Signal = S>>(
        &self,
        host: &H,
        issuer: &str,
        request: &IssuerRequest,
    ) -> Result<IssuerResponse, Unavailable> {
        self.0.issuers(host).answer(issuer, request).await
    }

    /// Does what is due for a key: the host calls this at the time that a commit or [`crate::host::Store::wake_after`] set, and again later
    /// if it fails.
    pub async fn wake<H: ControlHost<Signal = S>>(&self, host: &H, key: &Key) -> Result<(), Unavailable> {
        match key {
            Key::Project(_) => publish::<ProjectRecord, H>(host, &self.0.turns, key).await.map(|_| ()),
            Key::Routes => publish::<RoutesRecord, H>(host, &self.0.turns, key).await.map(|_| ()),
            Key::Issuer(issuer) => self.0.issuers(host).wake(issuer).await,
        }
    }
}
