//! Other proxies that ask for decisions: the cases of `checks.json`, and calls of gRPC that are none.

#![allow(clippy::unwrap_used, clippy::panic, reason = "a failing test panics")]

mod door;

use std::io::{BufReader, Write};
use std::net::{SocketAddr, TcpStream};

use bytes::Bytes;
use door::host::TestHost;
use door::message::Message;
use door::start;
use http_body_util::{BodyExt, Full};
use hyper_util::rt::TokioIo;
use serde::Deserialize;
use serde_json::json;
use server::proxy::OnThread;
use tokio::runtime::Builder;
use tokio::task::{LocalSet, spawn_local};

const SESSION: &str = "__Host-session=AQEBAQEBAQEBAQEBAQEBAQEBAQEBAQEBAQEBAQEBAQECAgICAgICAgICAgICAgIC";

#[derive(Deserialize)]
struct Table {
    cases: Vec<Case>,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Case {
    name: String,
    path: String,
    headers: Vec<String>,
    status: u16,
    #[serde(default)]
    has: Vec<String>,
    #[serde(default)]
    lacks: Vec<String>,
}

fn host(trusted: &str) -> TestHost {
    let origin = json!({ "url": "http://127.0.0.1:9", "secretHeader": { "name": "X-Secret", "secret": "ORIGIN_SECRET" } });
    let routes = json!({
        "origins": { "origin": origin },
        "routes": [
            { "path": "/public/{*rest}", "origin": "origin", "public": true },
            { "path": "/p/{project}/{*rest}", "origin": "origin", "access": { "*": ["access"] }, "session": true },
        ],
    });
    TestHost::new(routes.to_string(), trusted)
}

fn send(address: SocketAddr, case: &Case) -> Message {
    let mut stream = TcpStream::connect(address).unwrap();
    let headers = case.headers.join("\r\n").replace("$session", SESSION);
    let separator = if headers.is_empty() { "" } else { "\r\n" };
    let head = format!("GET {} HTTP/1.1\r\nHost: checks\r\n{headers}{separator}\r\n", case.path);
    stream.write_all(head.as_bytes()).unwrap();
    Message::read(&mut BufReader::new(stream), false).unwrap().unwrap()
}

fn table() -> Vec<Case> {
    let table: Table = serde_json::from_str(include_str!("checks.json")).unwrap();
    table.cases
}

#[test]
fn checks_are_answered_as_the_table_says() {
    let proxy = start(host("127.0.0.1"));
    for case in table() {
        let answer = send(proxy.checks, &case);
        let text = answer.text();
        assert_eq!(answer.status(), case.status, "{}: {text}", case.name);
        let is_as_expected = case.has.iter().all(|part| text.contains(part))
            && !case.lacks.iter().any(|part| text.contains(part));
        assert!(is_as_expected, "{}: {text}", case.name);
    }
}

#[test]
fn nobody_else_gets_a_decision() {
    let untrusted = start(host("10.0.0.1"));
    let trusted = start(host("127.0.0.1"));
    for case in table() {
        let answer = send(untrusted.checks, &case);
        assert!(matches!(answer.status(), 400 | 404), "{}: {}", case.name, answer.text());
        // Nor at the door.
        let answer = send(trusted.address, &case);
        assert!(!answer.text().contains("it was the gateway"), "{}: {}", case.name, answer.text());
        assert!(
            matches!(answer.status(), 200 | 404) && answer.status() != 200 || case.path == "/healthz",
            "{}",
            case.name
        );
    }
}

#[test]
fn calls_that_are_none_are_answered_with_a_code() {
    const CHECK: &str = "/envoy.service.auth.v3.Authorization/Check";
    let too_long = vec![0; 300 * 1024];
    let (trusted, untrusted) = (start(host("127.0.0.1")), start(host("10.0.0.1")));
    for (proxy, path, body, code) in [
        (&trusted, "/envoy.service.auth.v3.Authorization/Other", &b"\0\0\0\0\0"[..], "12"),
        (&untrusted, CHECK, b"\0\0\0\0\0", "7"),
        (&trusted, CHECK, b"", "3"),
        (&trusted, CHECK, b"\0\0\0\0\0", "3"),
        (&trusted, CHECK, b"\x01\0\0\0\0", "3"),
        (&trusted, CHECK, b"\0\0\0\0\x01", "3"),
        (&trusted, CHECK, b"\0\xff\xff\xff\xff\n\x02", "3"),
        (&trusted, CHECK, b"\0\0\0\0\x02\n\xff", "3"),
        (&trusted, CHECK, &too_long, "3"),
    ] {
        let name = String::from_utf8_lossy(body.get(..body.len().min(9)).unwrap());
        assert_eq!(call(proxy.checks, path, body), code, "{path} {name}");
    }
}

/// The code of gRPC with which a call is answered.
fn call(address: SocketAddr, path: &str, body: &[u8]) -> String {
    let runtime = Builder::new_current_thread().enable_all().build().unwrap();
    LocalSet::new().block_on(&runtime, async {
        let stream = TokioIo::new(tokio::net::TcpStream::connect(address).await.unwrap());
        let (mut sender, connection) = hyper::client::conn::http2::handshake(OnThread, stream).await.unwrap();
        spawn_local(connection);
        let uri = format!("http://{address}{path}");
        let request = http::Request::post(uri).body(Full::new(Bytes::copy_from_slice(body))).unwrap();
        let answer = sender.send_request(request).await.unwrap();
        let (head, mut body) = answer.into_parts();
        let in_trailers =
            async { body.frame().await?.ok()?.into_trailers().ok()?.get("grpc-status").cloned() };
        let status = match head.headers.get("grpc-status").cloned() {
            Some(status) => Some(status),
            None => in_trailers.await,
        };
        status.unwrap().to_str().unwrap().to_owned()
    })
}
