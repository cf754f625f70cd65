//! Where a thread takes connections.

use std::io;
use std::net::{IpAddr, SocketAddr};
use std::num::NonZeroUsize;
use std::rc::Rc;
use std::time::Duration;

use service::log::warning;
use socket2::{Domain, Socket as RawSocket, Type};
use tokio::net::{TcpListener, TcpStream};
use tokio::sync::watch;
use tokio::task::spawn_local;
use tokio::time::{Instant, sleep, timeout_at};

use super::checks::serve_checks;
use super::client::Client;
use super::connection::serve_connection;
use super::connections::Connections;
use super::host::ProxyHost;
use super::origin_places::FOR_EACH_CLIENT;
use super::proxied_client::proxied_client;
use super::socket::Socket;
use super::state::Proxy;

/// How many connections wait to be accepted.
const BACKLOG: i32 = 1024;

/// How long requests that are under way may take to end when the node stops.
const STOP_SECONDS: Duration = Duration::from_secs(30);

/// How long a thread waits if it has no descriptors left.
const PAUSE: Duration = Duration::from_millis(100);

/// How often connections to origins are looked through.
const SWEEP: Duration = Duration::from_secs(10);

/// Listens on an address by `count` sockets: the system spreads connections over them. It has to be free.
pub fn bind(address: SocketAddr, count: NonZeroUsize) -> io::Result<Vec<std::net::TcpListener>> {
    // Sockets that share an address share it with those of other processes, too; this one does not.
    let address = open(address, false)?.local_addr()?;
    (0..count.get()).map(|_| open(address, true)).collect()
}

fn open(address: SocketAddr, is_shared: bool) -> io::Result<std::net::TcpListener> {
    let socket = RawSocket::new(Domain::for_address(address), Type::STREAM, None)?;
    socket.set_reuse_address(true)?;
    socket.set_reuse_port(is_shared)?;
    socket.set_nonblocking(true)?;
    socket.bind(&address.into())?;
    if is_shared {
        socket.listen(BACKLOG)?;
    }
    Ok(socket.into())
}

/// Where a thread takes connections from.
#[derive(Debug)]
pub struct Listeners {
    /// Clients' connections.
    pub clients: TcpListener,
    /// Those of proxies that ask for decisions.
    pub checks: Option<TcpListener>,
    /// How many connections there may be at once; further ones wait to be accepted. Those to origins are bounded by it, too.
    pub most: usize,
}

/// What a connection is for.
#[derive(Clone, Copy, Debug)]
enum Purpose {
    Requests,
    Checks,
}

impl Listeners {
    async fn accept(&self) -> (io::Result<(TcpStream, SocketAddr)>, Purpose) {
        let check = async {
            match &self.checks {
                Some(checks) => checks.accept().await,
                None => std::future::pending().await,
            }
        };
        tokio::select! {
            accepted = self.clients.accept() => (accepted, Purpose::Requests),
            accepted = check => (accepted, Purpose::Checks),
        }
    }
}

/// Serves the connections that listeners take, in a `LocalSet`, until the node stops; then those under way may end.
pub async fn serve<H: ProxyHost>(listeners: Listeners, host: H, mut stopped: watch::Receiver<bool>) {
    let proxy = Rc::new(Proxy::new(host, FOR_EACH_CLIENT * listeners.most));
    let connections = Connections::new(listeners.most);
    let mut sweep = tokio::time::interval(SWEEP);
    loop {
        let (accepted, purpose) = tokio::select! {
            accepted = listeners.accept(), if connections.has_room() => accepted,
            _ = sweep.tick() => {
                proxy.origins.sweep();
                continue;
            }
            _ = stopped.wait_for(|stopped| *stopped) => break,
        };
        match accepted {
            Ok((stream, address)) => {
                let place = connections.take_place();
                let (proxy, stopped, socket) = (proxy.clone(), stopped.clone(), Socket::new(stream));
                spawn_local(async move {
                    match purpose {
                        Purpose::Requests => serve_client(proxy, socket, address.ip(), stopped).await,
                        Purpose::Checks => {
                            let client = Client::new(address.ip(), false, &proxy.trusted);
                            serve_checks(proxy, socket, client, stopped).await;
                        }
                    }
                    drop(place);
                });
            }
            Err(error) if is_of_connection(&error) => {}
            Err(_) => sleep(PAUSE).await,
        }
    }
    drop(listeners);
    if timeout_at(Instant::now() + STOP_SECONDS, connections.ended()).await.is_err() {
        let cut = format_args!("cut after {} s: {} connections", STOP_SECONDS.as_secs(), connections.count());
        warning(&proxy.host, "requests_cut", "node", cut);
    }
}

/// Serves a connection from `peer`, which may be a load balancer that says whose it is.
async fn serve_client<H: ProxyHost>(
    proxy: Rc<Proxy<H>>,
    mut socket: Socket,
    peer: IpAddr,
    mut stopped: watch::Receiver<bool>,
) {
    let mut address = peer;
    if proxy.has_proxy_headers {
        let told = tokio::select! {
            told = Box::pin(proxied_client(&proxy, &mut socket, peer)) => told,
            _ = stopped.wait_for(|stopped| *stopped) => None,
        };
        let Some(told) = told else { return };
        address = told;
    }
    let client = Client::new(address, proxy.tls.is_some(), &proxy.trusted);
    serve_connection(proxy, socket, client, stopped).await;
}

/// Whether an error is of the connection that was to be accepted alone.
fn is_of_connection(error: &io::Error) -> bool {
    matches!(
        error.kind(),
        io::ErrorKind::ConnectionAborted | io::ErrorKind::ConnectionReset | io::ErrorKind::ConnectionRefused
    )
}
