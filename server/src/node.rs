//! What the threads of a node share.

use std::sync::Arc;

use edge_authorizer::ProjectId;
use service::DataPlane;

use crate::configuration::Variables;
use crate::control::ControlHandle;
use crate::crypto::{PrivateKeys, PublicKeys};
use crate::published::Published;
use crate::signal::Signal;
use crate::waiters::Waiters;

/// What all threads share.
pub struct Node {
    /// What is remembered of published values, of issuers' keys and of tokens.
    pub plane: Arc<DataPlane<Signal>>,
    /// What was published.
    pub published: Arc<Published>,
    /// The control thread.
    pub control: ControlHandle,
    /// Variables and secrets by name.
    pub variables: Variables,
    /// How connections to other servers are secured.
    pub tls: Arc<rustls::ClientConfig>,
    /// How those of clients are, if they are.
    pub listener_tls: Option<Arc<rustls::ServerConfig>>,
    pub(crate) public_keys: PublicKeys,
    pub(crate) private_keys: PrivateKeys,
    pub(crate) waiters: Waiters,
}

impl Node {
    /// Waits until a signal is given, for `seconds` at most. A request of a project waits only if there is room for it.
    pub(crate) async fn wait(&self, signal: &Signal, project: Option<&ProjectId>, seconds: f64) {
        let place = project.map(|project| self.waiters.take(project));
        if !matches!(place, Some(None)) {
            signal.wait(seconds).await;
        }
    }
}
