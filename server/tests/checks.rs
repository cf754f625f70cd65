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

const CHECK: &str = "/envoy.service.auth.v3.Authorization/Check";

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

#[test]
fn envoy_has_to_name_all_headers() {
    let proxy = start(host("127.0.0.1"));
    for (name, headers, code) in [
        ("all headers", &[(":path", "/public/x"), ("x-auth-roles", "admin")][..], "0"),
        ("none, by `encode_raw_headers`", &[], "3"),
        ("those of `allowed_headers`", &[("authorization", "x")], "3"),
        ("those of another request", &[(":path", "/public/y")], "3"),
    ] {
        let message = question("/public/x", headers);
        let length = u32::try_from(message.len()).unwrap().to_be_bytes();
        let body = [&[0][..], &length, &message].concat();
        assert_eq!(call(proxy.checks, CHECK, &body), code, "{name}");
    }
}

/// What Envoy asks about a request (`envoy.service.auth.v3.CheckRequest`).
fn question(path: &str, headers: &[(&str, &str)]) -> Vec<u8> {
    let headers = headers.iter().map(|(name, value)| {
        let entry = [field(1, name.as_bytes()), field(2, value.as_bytes())].concat();
        field(3, &entry)
    });
    let texts = [(2, "GET"), (4, path), (5, "g"), (6, "http")];
    let texts = texts.map(|(number, text)| field(number, text.as_bytes()));
    let http: Vec<_> = headers.chain(texts).flatten().collect();
    let request = field(4, &field(2, &http));
    let source = field(1, &field(1, &field(1, &field(2, b"203.0.113.7"))));
    field(1, &[source, request].concat())
}

/// A field of a message that is text, bytes or a message, of fewer than 128 bytes or so many with two of length.
fn field(number: u8, content: &[u8]) -> Vec<u8> {
    let (low, high) =
        (u8::try_from(content.len() % 128).unwrap(), u8::try_from(content.len() / 128).unwrap());
    [&[number << 3 | 2, low | 0x80, high], content].concat()
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
        let (head, body) = answer.into_parts();
        let body = body.collect().await.unwrap();
        let in_trailers = body.trailers().and_then(|trailers| trailers.get("grpc-status"));
        let status = head.headers.get("grpc-status").or(in_trailers);
        status.unwrap().to_str().unwrap().to_owned()
    })
}
