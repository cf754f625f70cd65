//! Requests for tokens: the worker reads them, the project's object authenticates the client, and the worker signs.

use std::cell::Cell;
use std::rc::Rc;

use cloudflare::http;
use cloudflare::signal::Signal;
use service::http::{Request, Response};
use service::{ControlPlane, TokenOutcome};

use crate::body::{Stream, drop_unread};
use crate::message;
use crate::worker_host::WorkerHost;

thread_local! {
    /// The bytes of the bodies that are being read: whose they are is in them.
    static BODIES: Rc<Cell<usize>> = Rc::default();
}

/// Answers a request for a token.
pub async fn answer(
    incoming: &web_sys::Request,
    request: &Request,
    host: &WorkerHost,
    plane: &ControlPlane<Signal>,
) -> Response {
    let share = BODIES.with(Rc::clone);
    let body = Stream { request: incoming, share: &share };
    let screened = plane.screen_token(host, request, body).await;
    drop_unread(incoming).await;
    let (key, question) = match screened {
        Ok(screened) => screened,
        Err(refusal) => return refusal,
    };
    let outcome = message::authenticate(&host.host.env, &key, &question).await;
    let outcome = outcome.unwrap_or(TokenOutcome::Unavailable);
    plane.issue_token(host, request, &question, outcome, &http::new_id()).await
}
