//! Behind a load balancer that speaks version 2 of the PROXY protocol: the cases of `proxy_protocol.json`, over raw sockets.

#![allow(clippy::unwrap_used, clippy::panic, reason = "a failing test panics")]

mod door;

use std::io::{BufReader, Read, Write};
use std::net::{Shutdown, SocketAddr, TcpStream};
use std::sync::Arc;
use std::time::Duration;

use door::host::TestHost;
use door::message::Message;
use door::origin::Origin;
use door::{Running, start, tls};
use rustls::{ClientConnection, ServerConfig, StreamOwned};
use serde::Deserialize;
use serde_json::json;

#[derive(Deserialize)]
struct Table {
    cases: Vec<Case>,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Case {
    name: String,
    /// In hexadecimal digits.
    header: String,
    /// How many bytes of zero follow.
    #[serde(default)]
    zeros: usize,
    /// Whether nothing follows.
    #[serde(default)]
    closes: bool,
    /// What the request has as `X-Forwarded-For`.
    forwarded: Option<String>,
    /// The client's address, as the origin is told.
    client: Option<String>,
    /// Why the connection is not served.
    reason: Option<String>,
}

impl Case {
    fn header(&self) -> Vec<u8> {
        let digits = self.header.as_bytes().chunks(2);
        let bytes = digits.map(|digits| u8::from_str_radix(str::from_utf8(digits).unwrap(), 16).unwrap());
        bytes.chain(std::iter::repeat_n(0, self.zeros)).collect()
    }

    fn request(&self) -> String {
        let forwarded = self.forwarded.iter().map(|it| format!("X-Forwarded-For: {it}\r\n"));
        format!("GET /public/x HTTP/1.1\r\nHost: g\r\n{}\r\n", forwarded.collect::<String>())
    }
}

fn cases() -> Vec<Case> {
    let table: Table = serde_json::from_str(include_str!("proxy_protocol.json")).unwrap();
    table.cases
}

fn host(origin: &Origin, trusted: &str, tls: Option<Arc<ServerConfig>>) -> TestHost {
    let routes = json!({
        "origins": { "origin": { "url": format!("http://{}", origin.address) } },
        "routes": [{ "path": "/public/{*rest}", "origin": "origin", "public": true }],
    });
    TestHost::with_tls(routes.to_string(), trusted, tls).with_proxy_headers()
}

fn behind_load_balancer(origin: &Origin, tls: Option<Arc<ServerConfig>>) -> Running {
    start(host(origin, "127.0.0.1, 10.0.0.0/8", tls))
}

fn connect(address: SocketAddr) -> TcpStream {
    let stream = TcpStream::connect(address).unwrap();
    stream.set_read_timeout(Some(Duration::from_secs(20))).unwrap();
    stream
}

/// Who the client is, as the origin was told with each request.
fn clients(origin: &Origin) -> Vec<String> {
    let received = origin.take_received();
    received.iter().map(|request| request.header("x-forwarded-for").unwrap_or_default().to_owned()).collect()
}

#[test]
fn the_client_is_whom_the_load_balancer_names() {
    let origin = Origin::start();
    let proxy = behind_load_balancer(&origin, None);
    for case in cases() {
        let Some(client) = &case.client else { continue };
        let mut stream = connect(proxy.address);
        stream.write_all(&case.header()).unwrap();
        let mut reader = BufReader::new(stream.try_clone().unwrap());
        for _ in 0..2 {
            stream.write_all(case.request().as_bytes()).unwrap();
            let answer = Message::read(&mut reader, false).unwrap();
            assert_eq!(answer.map(|answer| answer.status()), Some(200), "{}", case.name);
            assert_eq!(clients(&origin), [&**client], "{}", case.name);
        }
    }
}

#[test]
fn a_header_may_arrive_in_pieces() {
    let origin = Origin::start();
    let proxy = behind_load_balancer(&origin, None);
    let case = cases().remove(0);
    let mut stream = connect(proxy.address);
    stream.set_nodelay(true).unwrap();
    for byte in case.header() {
        stream.write_all(&[byte]).unwrap();
    }
    stream.write_all(case.request().as_bytes()).unwrap();
    assert_eq!(Message::read(&mut BufReader::new(stream), false).unwrap().unwrap().status(), 200);
    assert_eq!(clients(&origin), ["203.0.113.7"]);
}

#[test]
fn a_connection_without_a_valid_header_is_closed() {
    let origin = Origin::start();
    for case in cases() {
        let Some(reason) = &case.reason else { continue };
        let host = host(&origin, "127.0.0.1", None);
        let proxy = start(host.clone());
        let mut stream = connect(proxy.address);
        let request = if case.closes { String::new() } else { case.request() };
        stream.write_all(&[case.header(), request.into_bytes()].concat()).unwrap();
        if case.closes {
            stream.shutdown(Shutdown::Write).unwrap();
        }
        is_closed(&case.name, &mut stream);
        let log = host.log().concat();
        assert!(log.contains("\"connection_refused\"") && log.contains(reason), "{}: {log}", case.name);
        assert_eq!(clients(&origin), [""; 0], "{}", case.name);
    }
}

#[test]
fn only_trusted_load_balancers_are_served() {
    let origin = Origin::start();
    let host = host(&origin, "10.0.0.0/8", None);
    let proxy = start(host.clone());
    let case = cases().remove(0);
    for _ in 0..3 {
        let mut stream = connect(proxy.address);
        let _closed_before = stream.write_all(&[case.header(), case.request().into_bytes()].concat());
        is_closed(&case.name, &mut stream);
    }
    // At most once a minute.
    let log = host.log();
    assert!(log.len() == 1 && log.concat().contains("it is not in `TRUSTED_PROXIES`"), "{log:?}");
    assert_eq!(clients(&origin), [""; 0]);
}

#[test]
fn a_connection_that_is_only_opened_is_no_fault() {
    let origin = Origin::start();
    let host = host(&origin, "127.0.0.1", None);
    let proxy = start(host.clone());
    let mut stream = connect(proxy.address);
    stream.shutdown(Shutdown::Write).unwrap();
    is_closed("empty", &mut stream);
    assert_eq!(host.log(), [""; 0]);
}

#[test]
fn tls_follows_the_header() {
    let origin = Origin::start();
    let proxy = behind_load_balancer(&origin, Some(tls::server_config()));
    let case = cases().remove(0);
    let mut socket = connect(proxy.address);
    socket.write_all(&case.header()).unwrap();
    let connection =
        ClientConnection::new(tls::client_config(&["http/1.1"]), "localhost".try_into().unwrap());
    let mut stream = StreamOwned::new(connection.unwrap(), socket);
    stream.write_all(case.request().as_bytes()).unwrap();
    let mut status = [0; 12];
    stream.read_exact(&mut status).unwrap();
    assert_eq!(&status, b"HTTP/1.1 200");
    let received = origin.take_received();
    assert_eq!(received[0].header("x-forwarded-for"), Some("203.0.113.7"));
    assert_eq!(received[0].header("x-forwarded-proto"), Some("https"));
}

#[test]
fn a_node_that_stops_waits_for_no_header() {
    let origin = Origin::start();
    let proxy = behind_load_balancer(&origin, None);
    let mut stream = connect(proxy.address);
    let case = cases().remove(0);
    stream.write_all(&case.header()[..20]).unwrap();
    // What came later is served: so the first connection is open, too.
    let mut later = connect(proxy.address);
    later.write_all(&[case.header(), case.request().into_bytes()].concat()).unwrap();
    assert_eq!(Message::read(&mut BufReader::new(later), false).unwrap().unwrap().status(), 200);
    proxy.stop.send(true).unwrap();
    is_closed("stopped", &mut stream);
    proxy.thread.join().unwrap();
}

fn is_closed(name: &str, stream: &mut TcpStream) {
    let mut byte = [0];
    match stream.read(&mut byte) {
        Ok(0) => {}
        Err(error) if error.kind() == std::io::ErrorKind::ConnectionReset => {}
        other => panic!("{name}: it is not closed: {other:?}"),
    }
}
