//! How data threads reach the control thread.

use std::net::IpAddr;

use bytes::Bytes;
use edge_authorizer::users::SessionCookie;
use edge_authorizer::{FetchReason, Unavailable};
use http_body_util::Full;
use hyper::body::Incoming;
use service::host::{IssuerResponse, SessionAnswer};
use tokio::sync::{mpsc, oneshot};

use crate::crypto::new_id;
use crate::http_answer::refuse_unavailable;

/// How many calls wait before further ones wait to be sent.
const QUEUE: usize = 1024;

/// A call of the control thread, with the place for its answer.
#[expect(clippy::large_enum_variant, reason = "most calls are of the largest kind")]
pub enum Call {
    /// A client's request to one of the gateway's own paths.
    Request {
        /// The request; its target is as the client sent it.
        request: http::Request<Incoming>,
        /// The client's address.
        address: Option<IpAddr>,
        /// The place for the answer.
        answer: oneshot::Sender<http::Response<Full<Bytes>>>,
    },
    /// A question for an issuer's keys.
    Keys {
        /// The issuer.
        issuer: String,
        /// Why.
        reason: FetchReason,
        /// The place for the answer.
        answer: oneshot::Sender<Result<IssuerResponse, Unavailable>>,
    },
    /// A new link for the first administrator.
    SetupLink {
        /// The place for the answer; `None` if there is nothing to set up.
        answer: oneshot::Sender<Result<Option<String>, Unavailable>>,
    },
    /// A question for the access token of a session.
    Session {
        /// The session's cookie.
        cookie: SessionCookie,
        /// The place for the answer.
        answer: oneshot::Sender<SessionAnswer>,
    },
}

/// The control thread, as data threads see it.
#[derive(Clone)]
pub struct ControlHandle(mpsc::Sender<Call>);

/// A handle, and the calls that are made by it.
pub fn channel() -> (ControlHandle, mpsc::Receiver<Call>) {
    let (sender, calls) = mpsc::channel(QUEUE);
    (ControlHandle(sender), calls)
}

impl ControlHandle {
    /// The answer to a client's request to one of the gateway's own paths ([`edge_authorizer::OwnPath`]), except for `/healthz`.
    pub async fn answer(
        &self,
        request: http::Request<Incoming>,
        address: Option<IpAddr>,
    ) -> http::Response<Full<Bytes>> {
        let answer = self.call(|answer| Call::Request { request, address, answer }).await;
        answer.unwrap_or_else(|Unavailable| refuse_unavailable(&new_id()))
    }

    /// An issuer's keys.
    pub(crate) async fn keys(
        &self,
        issuer: &str,
        reason: FetchReason,
    ) -> Result<IssuerResponse, Unavailable> {
        self.call(|answer| Call::Keys { issuer: issuer.to_owned(), reason, answer }).await?
    }

    /// The access token of a session.
    pub(crate) async fn session(&self, cookie: SessionCookie) -> SessionAnswer {
        self.call(|answer| Call::Session { cookie, answer }).await?
    }

    /// A new link for the first administrator, if there is nobody yet.
    pub(crate) async fn setup_link(&self) -> Result<Option<String>, Unavailable> {
        self.call(|answer| Call::SetupLink { answer }).await?
    }

    async fn call<T>(&self, call: impl FnOnce(oneshot::Sender<T>) -> Call) -> Result<T, Unavailable> {
        let (answer, answered) = oneshot::channel();
        self.0.send(call(answer)).await.map_err(|_| Unavailable)?;
        answered.await.map_err(|_| Unavailable)
    }
}
