//! What the tests of the proxy need: a host, an origin, the proxy on a thread of its own.

#![allow(clippy::unwrap_used, clippy::panic, dead_code, reason = "a failing test panics")]

pub mod frames;
pub mod host;
pub mod message;
pub mod origin;
pub mod tls;

use std::net::SocketAddr;
use std::num::NonZeroUsize;
use std::thread;

use host::TestHost;
use server::proxy::Listeners;
use tokio::net::TcpListener;
use tokio::runtime::Builder;
use tokio::sync::watch;
use tokio::task::LocalSet;

/// A proxy that runs.
pub struct Running {
    /// Where it listens.
    pub address: SocketAddr,
    /// Where it takes checks.
    pub checks: SocketAddr,
    /// Stops it.
    pub stop: watch::Sender<bool>,
    /// Its thread.
    pub thread: thread::JoinHandle<()>,
}

/// Starts a proxy on a thread of its own.
pub fn start(host: TestHost) -> Running {
    start_with(host, 1000)
}

/// Starts one that has so many connections at most.
pub fn start_with(host: TestHost, most: usize) -> Running {
    let any_port = SocketAddr::from(([127, 0, 0, 1], 0));
    let [clients, checks] =
        [(), ()].map(|()| server::proxy::bind(any_port, NonZeroUsize::MIN).unwrap().remove(0));
    let (address, checks_address) = (clients.local_addr().unwrap(), checks.local_addr().unwrap());
    let (stop, stopped) = watch::channel(false);
    let thread = thread::spawn(move || {
        let runtime = Builder::new_current_thread().enable_all().build().unwrap();
        LocalSet::new().block_on(&runtime, async {
            let [clients, checks] = [clients, checks].map(|it| TcpListener::from_std(it).unwrap());
            server::proxy::serve(Listeners { clients, checks: Some(checks), most }, host, stopped).await;
        });
    });
    Running { address, checks: checks_address, stop, thread }
}
