//! The control thread: it answers requests to the gateway's own paths and the questions of data threads, and does what is due.

mod answer;
mod body;
mod changes;
mod credential_url;
mod fetch;
mod handle;
mod host;
mod mail_delivery;
mod mails;
mod outgoing_proxy;
mod smtp;
mod wakes;

use std::rc::Rc;
use std::sync::Arc;
use std::time::Duration;

use service::ControlPlane;
use tokio::runtime::Runtime;
use tokio::sync::mpsc::Receiver;
use tokio::sync::watch;
use tokio::task::{LocalSet, spawn_local};
use tokio::time::sleep;

use crate::clock;
use crate::node::Node;
use crate::signal::Signal;
use crate::storage::Shared;
use crate::store::Database;

pub use credential_url::CredentialUrl;
pub use fetch::{Client, Reach};
pub use handle::{Call, ControlHandle, channel};
use host::ControlHost;
pub use outgoing_proxy::OutgoingProxy;
pub use smtp::{Sender, SmtpServer};

/// How often what was removed is forgotten: no value that was published before is on its way for as long.
const FORGET: Duration = Duration::from_mins(10);

/// Runs the control thread until the node stops and nothing calls it any more.
pub fn run(
    runtime: &Runtime,
    node: Arc<Node>,
    plane: Rc<ControlPlane<Signal>>,
    database: Database,
    shared: Option<Shared>,
    mut calls: Receiver<Call>,
    mut stopped: watch::Receiver<bool>,
) {
    let host = ControlHost::new(node, plane, database);
    LocalSet::new().block_on(runtime, async {
        spawn_local(wakes::run(host.clone()));
        spawn_local(mails::run(host.clone()));
        spawn_local(forget_removed(host.clone()));
        shared.map(|shared| spawn_local(changes::run(host.clone(), shared)));
        loop {
            tokio::select! {
                call = calls.recv() => match call {
                    Some(call) => drop(spawn_local(answer::answer(host.clone(), call))),
                    None => break,
                },
                _ = stopped.wait_for(|stopped| *stopped) => break,
            }
        }
    });
}

async fn forget_removed(host: ControlHost) {
    loop {
        sleep(FORGET).await;
        host.node.published.forget_removed(clock::now().as_seconds());
    }
}
