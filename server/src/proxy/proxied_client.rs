//! Whose connection a load balancer forwards, if it says so at the beginning.

use std::io;
use std::net::IpAddr;
use std::time::Duration;

use service::log::warning;
use thiserror::Error;
use tokio::io::{AsyncRead, AsyncReadExt};
use tokio::time::timeout;

use super::host::ProxyHost;
use super::http1::HEAD_SECONDS;
use super::proxy_header::{FIXED_BYTES, HeaderStart, InvalidHeader};
use super::socket::Socket;
use super::state::Proxy;

/// Why a connection is not served.
#[derive(Debug, Error)]
enum Refusal {
    #[error("it is not in `TRUSTED_PROXIES`, which `PROXY_PROTOCOL` requires")]
    NotTrusted,
    #[error("{0}")]
    Invalid(#[from] InvalidHeader),
    #[error("the PROXY header does not arrive within {} s", .0.as_secs())]
    Slow(Duration),
    #[error("the connection ends within the PROXY header")]
    Ended(#[from] io::Error),
}

/// The client's address of a connection from `peer`, which begins with a header of the PROXY protocol; `None` if it is not to be
/// served.
pub async fn proxied_client<H: ProxyHost>(
    proxy: &Proxy<H>,
    socket: &mut Socket,
    peer: IpAddr,
) -> Option<IpAddr> {
    let client = if proxy.trusted.contains(peer) {
        read_client(socket, peer, HEAD_SECONDS).await
    } else {
        Err(Refusal::NotTrusted)
    };
    match client {
        Ok(client) => client,
        Err(refusal) => {
            if proxy.refusals.is_due() {
                warning(&proxy.host, "connection_refused", &peer.to_canonical().to_string(), refusal);
            }
            None
        }
    }
}

/// Reads a header. A connection that ends before it was opened only to see whether that is possible.
async fn read_client(
    stream: &mut (impl AsyncRead + Unpin),
    peer: IpAddr,
    limit: Duration,
) -> Result<Option<IpAddr>, Refusal> {
    let read = async {
        let mut start = [0; FIXED_BYTES];
        match stream.read(&mut start).await? {
            0 => return Ok::<_, Refusal>(None),
            count => drop(stream.read_exact(start.get_mut(count..).unwrap_or_default()).await?),
        }
        let start = HeaderStart::read(start)?;
        let mut rest = vec![0; start.length];
        stream.read_exact(&mut rest).await?;
        Ok(Some(start.client(&rest)?.unwrap_or(peer)))
    };
    timeout(limit, read).await.map_err(|_| Refusal::Slow(limit))?
}

#[cfg(test)]
mod tests {
    use super::*;
    use tokio::io::{AsyncWriteExt, duplex};
    use tokio::runtime::Builder;

    #[test]
    fn a_header_has_to_arrive_in_time() {
        Builder::new_current_thread().enable_time().build().unwrap().block_on(async {
            for sent in [&b""[..], b"\r\n\r\n\0\r\nQUIT\n\x21\x11\0\x0c"] {
                let (mut near, mut far) = duplex(64);
                far.write_all(sent).await.unwrap();
                let read = read_client(&mut near, IpAddr::from([127, 0, 0, 1]), Duration::ZERO).await;
                assert!(matches!(read, Err(Refusal::Slow(Duration::ZERO))), "{read:?}");
            }
        });
    }
}
