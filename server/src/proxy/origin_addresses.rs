//! The addresses of an origin, and which of them did not answer lately.

use std::cell::RefCell;
use std::io;
use std::net::SocketAddr;
use std::time::Duration;

use tokio::net::{TcpStream, lookup_host};
use tokio::time::{Instant, timeout};

/// How long an address may take to accept a connection while there are others.
const CONNECT_SECONDS: Duration = Duration::from_secs(3);

/// How long an address that accepted none is tried after the others.
const AVOID_SECONDS: Duration = Duration::from_secs(30);

/// How long an attempt must have taken to count as failed if it was given up: a route may allow less than it takes, and a client may leave.
const GIVEN_UP: Duration = Duration::from_millis(500);

/// The most addresses that are tried.
const MAX_TRIED: usize = 8;

/// The addresses of an origin.
#[derive(Debug)]
pub struct OriginAddresses {
    /// Host and port.
    name: String,
    /// Those that accepted no connection, and until when they are avoided.
    avoided: RefCell<Vec<(SocketAddr, Instant)>>,
}

impl OriginAddresses {
    /// Those of a host and port.
    pub fn new(name: String) -> Self {
        Self { name, avoided: RefCell::default() }
    }

    /// Connects to the first address that accepts it. One that did not lately is tried last, for it may be back.
    pub async fn connect(&self) -> io::Result<TcpStream> {
        let found = lookup_host(&self.name).await?.take(MAX_TRIED).collect();
        self.connect_to(found).await
    }

    async fn connect_to(&self, addresses: Vec<SocketAddr>) -> io::Result<TcpStream> {
        let addresses = self.in_order(addresses, Instant::now());
        let mut failure = io::Error::from(io::ErrorKind::NotFound);
        for (index, address) in addresses.iter().enumerate() {
            let attempt =
                Attempt { addresses: self, address: *address, began: Instant::now(), failed: false };
            let connect = TcpStream::connect(address);
            let connected = if index + 1 < addresses.len() {
                timeout(CONNECT_SECONDS, connect).await.unwrap_or_else(|elapsed| Err(elapsed.into()))
            } else {
                // The route says how long.
                connect.await
            };
            match connected {
                Ok(stream) => {
                    attempt.succeed();
                    return Ok(stream);
                }
                Err(error) => {
                    attempt.fail();
                    failure = error;
                }
            }
        }
        Err(failure)
    }

    /// Whether any is avoided.
    pub fn has_avoided(&self) -> bool {
        let mut avoided = self.avoided.borrow_mut();
        avoided.retain(|(_, until)| until.elapsed().is_zero());
        !avoided.is_empty()
    }

    fn avoid(&self, address: SocketAddr, now: Instant) {
        let mut avoided = self.avoided.borrow_mut();
        avoided.retain(|(other, until)| *other != address && now < *until);
        avoided.push((address, now + AVOID_SECONDS));
    }

    /// Addresses in the order in which they are tried: those that are avoided last, the one that failed longest ago first of them.
    fn in_order(&self, mut addresses: Vec<SocketAddr>, now: Instant) -> Vec<SocketAddr> {
        let avoided = self.avoided.borrow();
        let avoided_until = |address: &SocketAddr| {
            avoided.iter().find(|(other, until)| other == address && now < *until).map(|(_, until)| *until)
        };
        addresses.sort_by_key(avoided_until);
        addresses
    }
}

/// An attempt to connect to an address.
struct Attempt<'a> {
    addresses: &'a OriginAddresses,
    address: SocketAddr,
    began: Instant,
    failed: bool,
}

impl Attempt<'_> {
    fn fail(mut self) {
        self.failed = true;
    }

    fn succeed(mut self) {
        self.addresses.avoided.borrow_mut().retain(|(avoided, _)| *avoided != self.address);
        self.began = Instant::now();
    }
}

impl Drop for Attempt<'_> {
    fn drop(&mut self) {
        if self.failed || self.began.elapsed() >= GIVEN_UP {
            self.addresses.avoid(self.address, Instant::now());
        }
    }
}

#[cfg(test)]
#[allow(clippy::disallowed_methods, reason = "its clock is the machine's")]
mod tests {
    use super::*;

    #[test]
    fn an_address_that_failed_is_tried_last_for_a_while() {
        let addresses = OriginAddresses::new(String::new());
        let [a, b, c] = [1, 2, 3].map(|port| SocketAddr::from(([127, 0, 0, 1], port)));
        let now = Instant::now();
        let order = |after| addresses.in_order(vec![a, b, c], now + after);
        assert_eq!(order(Duration::ZERO), [a, b, c]);
        addresses.avoid(a, now);
        assert_eq!(order(Duration::ZERO), [b, c, a]);
        addresses.avoid(b, now + Duration::from_secs(1));
        assert_eq!(order(Duration::from_secs(1)), [c, a, b]);
        assert_eq!(order(AVOID_SECONDS), [a, c, b]);
        assert_eq!(order(AVOID_SECONDS * 2), [a, b, c]);
    }

    #[test]
    fn an_attempt_that_was_given_up_counts_if_it_took_long() {
        let addresses = OriginAddresses::new(String::new());
        let address = SocketAddr::from(([127, 0, 0, 1], 1));
        let attempt = |began| Attempt { addresses: &addresses, address, began, failed: false };
        drop(attempt(Instant::now()));
        assert!(!addresses.has_avoided(), "a client that leaves at once says nothing about the origin");
        drop(attempt(Instant::now() - GIVEN_UP));
        assert!(addresses.has_avoided());
        attempt(Instant::now() - GIVEN_UP).succeed();
        assert!(!addresses.has_avoided());
    }

    #[test]
    fn the_next_address_is_tried_where_one_refuses() {
        let [open, closed] = [(), ()].map(|()| std::net::TcpListener::bind("127.0.0.1:0").unwrap());
        let [good, bad] = [&open, &closed].map(|listener| listener.local_addr().unwrap());
        drop(closed);
        let addresses = OriginAddresses::new(String::new());
        let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build().unwrap();
        let connected = runtime.block_on(addresses.connect_to(vec![bad, good])).unwrap();
        assert_eq!(connected.peer_addr().unwrap(), good);
        assert_eq!(addresses.in_order(vec![bad, good], Instant::now()), [good, bad]);
    }
}
