//! What becomes of a request whose client says nothing more, or is gone.

#![allow(clippy::unwrap_used, reason = "a failing test panics")]

mod door;

use std::io::{Read, Write};
use std::net::{Shutdown, SocketAddr, TcpListener, TcpStream};
use std::time::Duration;

use door::host::TestHost;
use door::{Running, start};
use serde_json::json;
use socket2::SockRef;

const ANSWER: &[u8] = b"HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\nok";

#[test]
fn a_client_that_closes_its_side_gets_its_answer() {
    let (_proxy, mut client, mut origin) = under_way();
    client.shutdown(Shutdown::Write).unwrap();
    origin.write_all(ANSWER).unwrap();
    let mut answer = String::new();
    client.read_to_string(&mut answer).unwrap();
    assert!(answer.starts_with("HTTP/1.1 200 OK\r\n") && answer.ends_with("\r\n\r\nok"), "{answer}");
}

#[test]
fn the_request_of_a_client_that_is_gone_ends_at_the_origin() {
    let (_proxy, client, mut origin) = under_way();
    SockRef::from(&client).set_linger(Some(Duration::ZERO)).unwrap();
    drop(client);
    assert_eq!(origin.read(&mut [0]).unwrap(), 0, "the request goes on");
}

#[test]
fn the_request_of_a_client_that_is_gone_ends_also_while_its_answer_is_on_its_way() {
    let (_proxy, mut client, mut origin) = under_way();
    origin.write_all(b"HTTP/1.1 200 OK\r\nContent-Length: 9\r\n\r\nok").unwrap();
    while client.read(&mut [0]).unwrap() != 0 && client.peek(&mut [0; 2]).unwrap() != 2 {}
    SockRef::from(&client).set_linger(Some(Duration::ZERO)).unwrap();
    drop(client);
    assert_eq!(origin.read(&mut [0]).unwrap(), 0, "the request goes on");
}

#[test]
fn a_tunnel_is_under_way_until_it_ends() {
    let (proxy, mut client, mut origin) = under_way_with("Connection: upgrade\r\nUpgrade: websocket\r\n");
    origin
        .write_all(b"HTTP/1.1 101 Switching Protocols\r\nUpgrade: websocket\r\nConnection: upgrade\r\n\r\n")
        .unwrap();
    read_head(&mut client);
    proxy.stop.send(true).unwrap();
    for number in 0..3 {
        client.write_all(&[number]).unwrap();
        let mut byte = [9];
        origin.read_exact(&mut byte).unwrap();
        assert_eq!(byte, [number]);
        assert!(!proxy.thread.is_finished());
    }
    drop((client, origin));
    proxy.thread.join().unwrap();
}

/// A request that the origin has and has not answered: the proxy, the client's connection and the origin's.
fn under_way() -> (Running, TcpStream, TcpStream) {
    under_way_with("")
}

fn under_way_with(headers: &str) -> (Running, TcpStream, TcpStream) {
    let listener = TcpListener::bind("127.0.0.1:0").unwrap();
    let proxy = proxy_before(listener.local_addr().unwrap());
    let mut client = TcpStream::connect(proxy.address).unwrap();
    client.set_read_timeout(Some(Duration::from_secs(20))).unwrap();
    client.write_all(format!("GET /public/x HTTP/1.1\r\nHost: g\r\n{headers}\r\n").as_bytes()).unwrap();
    let (mut origin, _) = listener.accept().unwrap();
    origin.set_read_timeout(Some(Duration::from_secs(20))).unwrap();
    read_head(&mut origin);
    (proxy, client, origin)
}

fn read_head(stream: &mut TcpStream) {
    let mut head = Vec::new();
    while !head.ends_with(b"\r\n\r\n") {
        let mut byte = [0];
        stream.read_exact(&mut byte).unwrap();
        head.extend(byte);
    }
}

fn proxy_before(origin: SocketAddr) -> Running {
    let routes = json!({
        "origins": { "origin": { "url": format!("http://{origin}") } },
        "routes": [{ "path": "/public/{*rest}", "origin": "origin", "public": true }],
    });
    start(TestHost::new(routes.to_string(), ""))
}
