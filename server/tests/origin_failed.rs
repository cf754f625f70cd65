//! What operators learn of an origin that cannot be reached.

#![allow(clippy::panic, clippy::unwrap_used, reason = "a failing test panics")]

mod process;

use std::io::{BufRead, BufReader, Read, Write};
use std::net::{SocketAddr, TcpListener};
use std::process::Stdio;

use process::{Folder, Node, send};
use serde_json::Value;

#[test]
fn the_log_says_why_an_origin_cannot_be_reached() {
    let folder = Folder::new("origin-failed");
    let mut node = Node::spawn(Node::command(&folder).stdout(Stdio::piped()));
    let mut log = BufReader::new(node.log());
    let mut reason = |origin: &str| {
        let routes = format!(
            r#"{{"origins": {{"a": {{"url": "{origin}"}}}}, "routes": [{{"path": "/a/{{*rest}}", "origin": "a", "public": true}}]}}"#
        );
        let gateway = "/project-management-service/v1/gateway";
        let (status, text) = send(node.address, "PUT", gateway, Some(&routes)).unwrap();
        assert!(matches!(status, 200 | 201), "{text}");
        let (status, text) = send(node.address, "GET", "/a/b", None).unwrap();
        let problem: Value = serde_json::from_str(&text).unwrap();
        assert_eq!((status, &problem["code"]), (502, &"origin_unreachable".into()), "{text}");
        assert!(!text.contains("refused"), "clients learn nothing of the network behind the gateway: {text}");
        let mut line = String::new();
        while !line.contains(problem["requestId"].as_str().unwrap()) {
            line.clear();
            assert!(log.read_line(&mut line).unwrap() > 0);
        }
        let line: Value = serde_json::from_str(&line).unwrap();
        assert_eq!(line["event"], "origin_failed");
        assert_eq!(line["subject"].as_str(), origin.split_once("://").map(|(_, host)| host));
        line["reason"].as_str().unwrap().to_owned()
    };

    let closed = TcpListener::bind("127.0.0.1:0").unwrap().local_addr().unwrap();
    let refused = reason(&format!("http://{closed}"));
    assert!(refused.contains("refused"), "{refused}");
    let silent = reason(&format!("http://{}", origin(b"")));
    assert!(silent.contains("closed"), "{silent}");
    let status = reason(&format!("http://{}", origin(b"HTTP/1.1 700 No\r\nContent-Length: 0\r\n\r\n")));
    assert_eq!(status, "its answer has the status 700");
    let plain = reason(&format!("https://{}", origin(b"HTTP/1.1 400 Bad Request\r\n\r\n")));
    assert!(plain.contains("corrupt"), "{plain}");
}

/// An origin that reads something, answers once with these bytes and closes the connection.
fn origin(answer: &'static [u8]) -> SocketAddr {
    let listener = TcpListener::bind("127.0.0.1:0").unwrap();
    let address = listener.local_addr().unwrap();
    std::thread::spawn(move || {
        let (mut stream, _) = listener.accept().unwrap();
        let _read = stream.read(&mut [0; 4096]).unwrap();
        stream.write_all(answer).unwrap();
    });
    address
}
