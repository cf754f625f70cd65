//! The cases of `framing.json`: what becomes of requests whose framing or target is unusual, over raw sockets.

#![allow(clippy::unwrap_used, clippy::panic, reason = "a failing test panics")]

mod door;

use std::io::{BufReader, ErrorKind, Read, Write};
use std::net::{SocketAddr, TcpStream};
use std::time::Duration;

use door::host::TestHost;
use door::message::{Message, bytes};
use door::origin::Origin;
use door::start;
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
    /// What is sent, each after the answers to what was sent before.
    send: Vec<String>,
    /// `$filler` in what is sent: so many times `x`.
    #[serde(default)]
    filler: usize,
    statuses: Vec<u16>,
    /// Why the last request was refused.
    reason: Option<String>,
    /// Whether the connection ends after the last answer.
    #[serde(default)]
    closes: bool,
    /// The first lines of what the origin got.
    #[serde(default)]
    origin: Vec<String>,
    /// The body of the last request that it got, as it was sent.
    body: Option<String>,
    #[serde(default)]
    origin_has: Vec<String>,
    #[serde(default)]
    origin_lacks: Vec<String>,
    #[serde(default)]
    answer_has: Vec<String>,
    #[serde(default)]
    answer_lacks: Vec<String>,
}

#[test]
fn requests_fare_as_the_table_says() {
    let origin = Origin::start();
    let routes = json!({
        "origins": { "origin": { "url": format!("http://{}", origin.address) } },
        "routes": [{ "path": "/public/{*rest}", "origin": "origin", "public": true }],
    });
    let proxy = start(TestHost::new(routes.to_string(), ""));
    let table: Table = serde_json::from_str(include_str!("framing.json")).unwrap();
    let mut failed = Vec::new();
    for case in &table.cases {
        origin.take_received();
        let outcome = std::panic::catch_unwind(|| run(case, proxy.address, &origin));
        if outcome.is_err() {
            failed.push(&*case.name);
        }
    }
    assert!(failed.is_empty(), "{} of {} fail: {failed:#?}", failed.len(), table.cases.len());
}

fn run(case: &Case, address: SocketAddr, origin: &Origin) {
    let name = &case.name;
    let mut stream = TcpStream::connect(address).unwrap();
    stream.set_read_timeout(Some(Duration::from_secs(20))).unwrap();
    let mut reader = BufReader::new(stream.try_clone().unwrap());
    let mut answers = Vec::new();
    for (index, part) in case.send.iter().enumerate() {
        stream.write_all(&bytes(&part.replace("$filler", &"x".repeat(case.filler)))).unwrap();
        let expected = if index + 1 == case.send.len() { case.statuses.len() } else { index + 1 };
        while answers.len() < expected {
            let answer = Message::read(&mut reader, true).unwrap();
            answers.push(answer.unwrap_or_else(|| panic!("{name}: closed after {answers:?}")));
        }
    }
    let statuses: Vec<_> = answers.iter().map(Message::status).collect();
    let texts: Vec<_> = answers.iter().map(Message::text).collect();
    assert_eq!(statuses, case.statuses, "{name}: {texts:?}");
    let last = texts.last().cloned().unwrap_or_default();
    if let Some(reason) = &case.reason {
        assert!(last.contains(&format!(r#""reason":"{reason}""#)), "{name}: {last}");
    }
    has(name, &last, &case.answer_has, &case.answer_lacks);
    if case.closes {
        let mut rest = Vec::new();
        let read = reader.read_to_end(&mut rest);
        let is_open = read.is_err_and(|error| error.kind() == ErrorKind::WouldBlock);
        assert!(!is_open, "{name}: the connection is still open");
        assert!(rest.is_empty(), "{name}: {}", String::from_utf8_lossy(&rest));
    } else {
        stream.write_all(b"GET /public/last HTTP/1.1\r\nHost: g\r\n\r\n").unwrap();
        let answer = Message::read(&mut reader, false).unwrap();
        assert_eq!(answer.map(|answer| answer.status()), Some(200), "{name}: the next request");
    }
    let received = origin.take_received();
    let mut lines: Vec<_> = received.iter().map(|message| message.line().to_owned()).collect();
    if !case.closes {
        assert_eq!(lines.pop().as_deref(), Some("GET /public/last HTTP/1.1"), "{name}");
    }
    assert_eq!(lines, case.origin, "{name}");
    let requests = received.get(..lines.len()).unwrap_or_default();
    let all: String = requests.iter().map(Message::text).collect();
    has(name, &all.to_ascii_lowercase(), &case.origin_has, &case.origin_lacks);
    if let Some(body) = &case.body {
        assert_eq!(requests.last().map(|request| &request.body), Some(body), "{name}");
    }
}

fn has(name: &str, text: &str, has: &[String], lacks: &[String]) {
    for part in has {
        assert!(text.contains(part), "{name} lacks `{part}`: {text}");
    }
    for part in lacks {
        assert!(!text.contains(part), "{name} has `{part}`: {text}");
    }
}
