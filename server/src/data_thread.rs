//! A thread of the data plane as a host of the service.

use std::sync::Arc;

use edge_authorizer::users::SessionCookie;
use edge_authorizer::{ProjectId, Unavailable};
use service::host::{IssuerRequest, IssuerResponse, Issuers, Job, SessionAnswer, SessionSource, Tasks};
use tokio::task::spawn_local;

use crate::node::Node;
use crate::signal::Signal;

/// A thread of the data plane. It runs in a `LocalSet`.
#[derive(Clone)]
pub struct DataThread {
    /// What all threads share.
    pub node: Arc<Node>,
}

impl Issuers for DataThread {
    async fn ask_issuer(&self, issuer: &str, request: &IssuerRequest) -> Result<IssuerResponse, Unavailable> {
        // Nothing else is the data plane's to say about an issuer.
        let IssuerRequest::Keys(reason) = request else { return Err(Unavailable) };
        self.node.control.keys(issuer, *reason).await
    }
}

impl SessionSource for DataThread {
    async fn ask_session(&self, cookie: &SessionCookie) -> SessionAnswer {
        self.node.control.session(cookie.clone()).await
    }
}

impl Tasks for DataThread {
    type Signal = Signal;

    fn later(&self, job: Job<Signal>) {
        let host = self.clone();
        spawn_local(async move { host.node.plane.run(&host, job).await });
    }

    fn signal(&self) -> Signal {
        Signal::default()
    }

    async fn wait(&self, signal: &Signal, project: Option<&ProjectId>, seconds: f64) {
        self.node.wait(signal, project, seconds).await;
    }

    fn wake(&self, signal: &Signal) {
        signal.give();
    }
}

impl_node!(DataThread);
