//! What the service needs to work for a request.

use std::future::ready;
use std::rc::Rc;

use cloudflare::env::{Context, Env};
use cloudflare::host::{Host, IssuerAnswer, Place, SessionPromise};
use cloudflare::question::failed;
use cloudflare::signal::Signal;
use edge_authorizer::Unavailable;
use edge_authorizer::users::SessionCookie;
use service::host::IssuerRequest;
use service::{ControlPlane, InvalidVariable};

use crate::message;
use crate::plane::plane;
use crate::worker_host::WorkerHost;

/// The host of what runs `at` a place, and the control plane of the isolate.
pub fn enter(env: Env, at: Place) -> Result<(Host, Rc<ControlPlane<Signal>>), InvalidVariable> {
    let control = plane(&env)?;
    let plane = control.data().clone();
    Ok((Host { env, place: at, plane, ask: ask_issuer, ask_session }, control))
}

/// The worker as a host, and the control plane of the isolate.
pub fn enter_worker(
    env: Env,
    context: Context,
) -> Result<(WorkerHost, Rc<ControlPlane<Signal>>), InvalidVariable> {
    enter(env, Place::Worker(context)).map(|(host, plane)| (WorkerHost { host }, plane))
}

/// Sends a request to the object that has an issuer's keys.
pub fn ask_issuer(env: Env, issuer: String, request: IssuerRequest) -> IssuerAnswer {
    Box::pin(async move {
        let plane = plane(&env).map_err(|variable| failed(variable.name, &variable))?;
        message::ask_issuer(&env, &plane.key_of_issuer(&issuer), &request).await
    })
}

/// Nothing here decides on requests to origins, which alone need sessions.
fn ask_session(_env: Env, _cookie: SessionCookie) -> SessionPromise {
    Box::pin(ready(Err(Unavailable)))
}
