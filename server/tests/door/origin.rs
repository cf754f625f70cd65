//! An origin whose answers are written byte by byte, by the last segment of the path.

use std::io::{BufReader, Write};
use std::net::{SocketAddr, TcpListener, TcpStream};
use std::sync::{Arc, Condvar, Mutex};
use std::thread;
use std::time::Duration;

use super::message::Message;

const OK: &str = "HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\nok";

/// The origin.
#[derive(Clone)]
pub struct Origin {
    /// Where it listens.
    pub address: SocketAddr,
    received: Arc<Mutex<Vec<Message>>>,
    arrived: Arc<Condvar>,
}

/// What follows an answer.
enum Then {
    Next,
    Close,
    /// The next request is read and not answered.
    DropNext,
}

impl Origin {
    /// Starts one.
    pub fn start() -> Self {
        let listener = TcpListener::bind("127.0.0.1:0").unwrap();
        let origin = Self {
            address: listener.local_addr().unwrap(),
            received: Arc::default(),
            arrived: Arc::default(),
        };
        let started = origin.clone();
        thread::spawn(move || {
            for stream in listener.incoming().flatten() {
                let origin = origin.clone();
                thread::spawn(move || origin.serve(stream));
            }
        });
        started
    }

    /// What it got since this was called last.
    pub fn take_received(&self) -> Vec<Message> {
        std::mem::take(&mut self.received.lock().unwrap())
    }

    /// Waits a moment for a request, and forgets it; whether there was one.
    pub fn wait_for_one(&self) -> bool {
        let received = self.received.lock().unwrap();
        let has_none = |received: &mut Vec<Message>| received.is_empty();
        let waited = self.arrived.wait_timeout_while(received, Duration::from_millis(50), has_none);
        !std::mem::take(&mut *waited.unwrap().0).is_empty()
    }

    fn serve(&self, mut stream: TcpStream) {
        let mut reader = BufReader::new(stream.try_clone().unwrap());
        let mut drops = false;
        while let Ok(Some(request)) = Message::read(&mut reader, false) {
            let target = request.line().split(' ').nth(1).unwrap_or_default().to_owned();
            self.received.lock().unwrap().push(request);
            self.arrived.notify_all();
            if drops {
                return;
            }
            let name = target.split('?').next().unwrap_or_default().rsplit('/').next().unwrap_or_default();
            if name == "never" {
                continue;
            }
            let (answer, then) = answer(name);
            let _the_proxy_may_be_gone = stream.write_all(answer.as_bytes());
            match then {
                Then::Next => {}
                Then::Close => return,
                Then::DropNext => drops = true,
            }
        }
    }
}

fn answer(name: &str) -> (&'static str, Then) {
    match name {
        "then-close" => (OK, Then::Close),
        "drop-next" => (OK, Then::DropNext),
        "until-end" => ("HTTP/1.1 200 OK\r\n\r\nall of it", Then::Close),
        "chunked" => {
            ("HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n2\r\nok\r\n0\r\n\r\n", Then::Next)
        }
        "head" => ("HTTP/1.1 200 OK\r\nContent-Length: 5\r\n\r\n", Then::Next),
        "both-lengths" => (
            "HTTP/1.1 200 OK\r\nContent-Length: 7\r\nTransfer-Encoding: chunked\r\n\r\n2\r\nok\r\n0\r\n\r\n",
            Then::Next,
        ),
        "length-twice" => ("HTTP/1.1 200 OK\r\nContent-Length: 2\r\nContent-Length: 2\r\n\r\nok", Then::Next),
        "gzip" => {
            ("HTTP/1.1 200 OK\r\nTransfer-Encoding: gzip, chunked\r\n\r\n2\r\nok\r\n0\r\n\r\n", Then::Next)
        }
        "two-lengths" => {
            ("HTTP/1.1 200 OK\r\nContent-Length: 2\r\nContent-Length: 3\r\n\r\nok!", Then::Close)
        }
        "cut-off" => ("HTTP/1.1 200 OK\r\nContent-Length: 9\r\n\r\nok", Then::Close),
        "hints" => (
            "HTTP/1.1 103 Early Hints\r\nLink: </s>\r\n\r\nHTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\nok",
            Then::Next,
        ),
        "switched" => {
            ("HTTP/1.1 101 Switching Protocols\r\nUpgrade: other\r\nConnection: upgrade\r\n\r\n", Then::Close)
        }
        "trailers" => (
            "HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\nTrailer: X-Sum, X-Request-Id, Access-Control-Allow-Origin\r\n\r\n2\r\nok\r\n0\r\nX-Sum: 5\r\nX-Request-Id: mine\r\nAccess-Control-Allow-Origin: *\r\n\r\n",
            Then::Next,
        ),
        "hop" => (
            "HTTP/1.1 200 OK\r\nContent-Length: 2\r\nConnection: keep-alive, X-Hop\r\nX-Hop: 1\r\nKeep-Alive: timeout=5\r\nX-End: 2\r\nX-Request-Id: mine\r\n\r\nok",
            Then::Next,
        ),
        "garbage" => ("SSH-2.0-OpenSSH_9\r\n\r\n", Then::Close),
        "nothing" => ("", Then::Close),
        _ => (OK, Then::Next),
    }
}
