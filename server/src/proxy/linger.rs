//! The end of a client's connection.

use std::time::Duration;

use tokio::io::AsyncReadExt;
use tokio::time::timeout;

use super::socket::Socket;

/// How long the rest of a refused body is read, and how much of it.
const LINGER: Duration = Duration::from_secs(2);
const LINGER_BYTES: usize = 256 * 1024;

/// Ends a connection so that the last answer arrives: closing one whose bytes were not read discards what is on its way
/// to the client (RFC 9112, section 9.6). So what a client still sends, such as a refused body, is read for a while.
pub async fn linger(mut socket: Socket) {
    if socket.finish().is_err() {
        return;
    }
    let rest = async {
        let mut buffer = [0; 8 * 1024];
        let mut left = LINGER_BYTES;
        while let Ok(1..) = socket.read(&mut buffer).await.inspect(|read| left = left.saturating_sub(*read)) {
            if left == 0 {
                break;
            }
        }
    };
    let _in_time_or_not = timeout(LINGER, rest).await;
}
