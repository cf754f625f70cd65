//! HTTP/2: the cases of `http2.json`, and floods, over raw connections with TLS.

#![allow(clippy::unwrap_used, clippy::panic, reason = "a failing test panics")]

mod door;

use std::io::{BufReader, ErrorKind, Read, Write};
use std::net::SocketAddr;

use door::frames::{
    CONTINUATION, DATA, END_HEADERS, END_STREAM, Frame, GOAWAY, HEADERS, RST_STREAM, begin, block, frame,
    read, status,
};
use door::host::TestHost;
use door::origin::Origin;
use door::tls::{Stream, connect, server_config};
use door::{Running, start};
use serde::Deserialize;
use serde_json::json;

#[derive(Deserialize)]
struct Table {
    cases: Vec<Case>,
}

#[derive(Deserialize)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
struct Case {
    name: String,
    fields: Vec<(String, String)>,
    data: Option<String>,
    /// `$filler` in a value: so many times `x`.
    #[serde(default)]
    filler: usize,
    status: u16,
    /// The first line of what the origin got.
    origin: Option<String>,
    #[serde(default)]
    origin_has: Vec<String>,
    #[serde(default)]
    origin_lacks: Vec<String>,
}

fn start_proxy(origin: &Origin) -> Running {
    let routes = json!({
        "origins": { "origin": { "url": format!("http://{}", origin.address) } },
        "routes": [{ "path": "/public/{*rest}", "origin": "origin", "public": true }],
    });
    start(TestHost::with_tls(routes.to_string(), "", Some(server_config())))
}

fn connect_http2(address: SocketAddr) -> Stream {
    let mut stream = connect(address, &["h2"]);
    assert_eq!(stream.conn.alpn_protocol(), Some(&b"h2"[..]));
    begin(&mut stream);
    stream
}

const GET: [(&str, &str); 4] =
    [(":method", "GET"), (":scheme", "https"), (":authority", "g"), (":path", "/public/x")];

#[test]
fn requests_fare_as_the_table_says() {
    let origin = Origin::start();
    let proxy = start_proxy(&origin);
    let table: Table = serde_json::from_str(include_str!("http2.json")).unwrap();
    for case in &table.cases {
        let name = &case.name;
        origin.take_received();
        let filler = "x".repeat(case.filler);
        let fields: Vec<_> =
            case.fields.iter().map(|(name, value)| (&**name, value.replace("$filler", &filler))).collect();
        let block = block(fields.iter().map(|(name, value)| (*name, &**value)));
        let mut stream = connect_http2(proxy.address);
        stream.write_all(&in_frames(&block, case.data.is_none())).unwrap();
        if let Some(data) = &case.data {
            stream.write_all(&frame(DATA, END_STREAM, 1, data.as_bytes())).unwrap();
        }
        assert_eq!(answer(&mut stream), case.status, "{name}");
        let received = origin.take_received();
        assert_eq!(received.len(), usize::from(case.status == 200), "{name}: {received:?}");
        let text: String = received.iter().map(door::message::Message::text).collect();
        assert!(case.origin.as_ref().is_none_or(|line| text.starts_with(line)), "{name}: {text}");
        assert!(case.origin_has.iter().all(|part| text.contains(part)), "{name}: {text}");
        assert!(!case.origin_lacks.iter().any(|part| text.contains(part)), "{name}: {text}");
    }
}

/// A block as frames of at most 16 KiB.
fn in_frames(block: &[u8], is_all: bool) -> Vec<u8> {
    let count = block.chunks(16_000).count();
    let mut bytes = Vec::new();
    for (index, part) in block.chunks(16_000).enumerate() {
        let end = if index + 1 == count { END_HEADERS } else { 0 };
        match index {
            0 => bytes.extend(frame(HEADERS, end | if is_all { END_STREAM } else { 0 }, 1, part)),
            _ => bytes.extend(frame(CONTINUATION, end, 1, part)),
        }
    }
    bytes
}

/// The status of the answer; 0 if the stream or the connection ends without one.
fn answer(stream: &mut Stream) -> u16 {
    loop {
        match read(stream).unwrap() {
            Some(Frame { kind: HEADERS, payload, .. }) => return status(&payload),
            Some(Frame { kind: RST_STREAM | GOAWAY, .. }) | None => return 0,
            Some(_) => {}
        }
    }
}

/// Sends what `next` gives until the connection is closed; fails if it is not for so many.
fn flood(address: SocketAddr, most: u32, mut next: impl FnMut(u32) -> Vec<u8>) {
    let mut stream = connect_http2(address);
    for number in 0..most {
        if is_closed(&mut stream) || stream.write_all(&next(number)).is_err() {
            return;
        }
    }
    panic!("the connection still takes frames after {most}");
}

/// Reads what has come, so that it is not in the way. Whether the connection is closed.
fn is_closed(stream: &mut Stream) -> bool {
    stream.sock.set_nonblocking(true).unwrap();
    let is_closed = loop {
        match stream.read(&mut [0; 4096]) {
            Ok(0) => break true,
            Ok(_) => {}
            Err(error) => break error.kind() != ErrorKind::WouldBlock,
        }
    };
    stream.sock.set_nonblocking(false).unwrap();
    is_closed
}

fn assert_serves(address: SocketAddr) {
    let mut stream = connect_http2(address);
    stream.write_all(&in_frames(&block(GET), true)).unwrap();
    assert_eq!(answer(&mut stream), 200);
}

#[test]
fn rapid_resets_end_the_connection() {
    let origin = Origin::start();
    let proxy = start_proxy(&origin);
    flood(proxy.address, 100_000, |number| {
        let id = 2 * number + 1;
        let mut bytes = frame(HEADERS, END_HEADERS | END_STREAM, id, &block(GET));
        bytes.extend(frame(RST_STREAM, 0, id, &8_u32.to_be_bytes()));
        bytes
    });
    assert!(origin.take_received().len() < 1000, "most requests of the flood reached the origin");
    assert_serves(proxy.address);
}

#[test]
fn resets_of_requests_that_reached_the_origin_end_the_connection() {
    let origin = Origin::start();
    let proxy = start_proxy(&origin);
    let slow = GET.map(|(name, value)| (name, if name == ":path" { "/public/never" } else { value }));
    let mut stream = connect_http2(proxy.address);
    let mut count = 0;
    loop {
        let id = 2 * count + 1;
        // The origin has it before it is reset.
        if stream.write_all(&frame(HEADERS, END_HEADERS | END_STREAM, id, &block(slow))).is_err() {
            break;
        }
        while !origin.wait_for_one() && !is_closed(&mut stream) {}
        if stream.write_all(&frame(RST_STREAM, 0, id, &8_u32.to_be_bytes())).is_err() {
            break;
        }
        count += 1;
        assert!(count < 1000, "the connection still takes requests");
    }
    assert!(count > 100, "cut off after {count}");
    assert_serves(proxy.address);
}

#[test]
fn continuations_without_end_end_the_connection() {
    let origin = Origin::start();
    let proxy = start_proxy(&origin);
    for part in [&b""[..], b"\0\x01a\x01b", &[b'x'; 16_000]] {
        flood(proxy.address, 100_000, |number| match number {
            0 => frame(HEADERS, END_STREAM, 1, &block(GET)),
            _ => frame(CONTINUATION, 0, 1, part),
        });
    }
    assert_serves(proxy.address);
}

#[test]
fn settings_and_pings_without_end_hold_up_nobody() {
    let origin = Origin::start();
    let proxy = start_proxy(&origin);
    let mut stream = connect_http2(proxy.address);
    for _ in 0..1000 {
        // PING
        if stream.write_all(&frame(6, 0, 0, &[0; 8])).is_err() {
            break;
        }
    }
    assert_serves(proxy.address);
}

#[test]
fn more_streams_than_are_allowed_are_refused_and_the_others_go_on() {
    let origin = Origin::start();
    let proxy = start_proxy(&origin);
    let slow = GET.map(|(name, value)| (name, if name == ":path" { "/public/never" } else { value }));
    let mut stream = connect_http2(proxy.address);
    for number in 0..200_u32 {
        stream.write_all(&frame(HEADERS, END_HEADERS | END_STREAM, 2 * number + 1, &block(slow))).unwrap();
    }
    let mut refused = 0;
    while refused < 60 {
        match read(&mut stream).unwrap() {
            // REFUSED_STREAM
            Some(Frame { kind: RST_STREAM, payload, .. }) if payload == 7_u32.to_be_bytes() => refused += 1,
            Some(Frame { kind: GOAWAY, payload, .. }) => panic!("{payload:?}"),
            Some(_) => {}
            None => panic!("closed after {refused}"),
        }
    }
    assert_serves(proxy.address);
}

#[test]
fn answers_to_head_have_no_body() {
    let origin = Origin::start();
    let proxy = start_proxy(&origin);
    let mut stream = connect_http2(proxy.address);
    // More than may be abandoned.
    for number in 0..300_u32 {
        let (path, expected) = if number % 2 == 0 { ("/none", 404) } else { ("/public/head", 200) };
        let head = [(":method", "HEAD"), (":scheme", "https"), (":authority", "g"), (":path", path)];
        let id = 2 * number + 1;
        stream.write_all(&frame(HEADERS, END_HEADERS | END_STREAM, id, &block(head))).unwrap();
        loop {
            let answer = read(&mut stream).unwrap().unwrap();
            assert!(!matches!(answer.kind, DATA | RST_STREAM | GOAWAY), "{answer:?}");
            if answer.kind == HEADERS {
                assert_eq!((answer.stream, answer.flags & END_STREAM), (id, END_STREAM));
                assert!(number > 1 || status(&answer.payload) == expected);
                break;
            }
        }
    }
}

#[test]
fn http1_is_served_beside_it() {
    let origin = Origin::start();
    let proxy = start_proxy(&origin);
    for protocols in [&["http/1.1"][..], &[]] {
        let mut stream = connect(proxy.address, protocols);
        stream.write_all(b"GET /public/x HTTP/1.1\r\nHost: g\r\nConnection: close\r\n\r\n").unwrap();
        let mut text = String::new();
        BufReader::new(&mut stream).read_to_string(&mut text).unwrap();
        assert!(text.starts_with("HTTP/1.1 200 "), "{text}");
        let received = origin.take_received();
        assert!(received.iter().all(|request| request.text().contains("x-forwarded-proto: https\r\n")));
    }
}

#[test]
fn without_alpn_no_http2_is_served() {
    let origin = Origin::start();
    let proxy = start_proxy(&origin);
    let mut stream = connect(proxy.address, &[]);
    begin(&mut stream);
    let mut answer = Vec::new();
    let _reset_or_end = stream.read_to_end(&mut answer);
    let text = String::from_utf8_lossy(&answer);
    assert!(text.is_empty() || text.starts_with("HTTP/1.1 4"), "{text}");
}
