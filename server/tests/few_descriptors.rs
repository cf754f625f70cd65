//! A node that may have few files open: connections that do nothing leave it those that requests need.

#![allow(clippy::panic, clippy::unwrap_used, reason = "a failing test panics")]

mod process;

use std::io::{Read, Write};
use std::net::{TcpListener, TcpStream};
use std::process::Stdio;
use std::thread;

use process::{Folder, Node, limited, send};

/// The limit of open files, and more connections than that.
const LIMIT: &str = "ulimit -n 192";
const IDLE: usize = 250;

/// An origin that answers each request on a new connection.
fn start_origin() -> String {
    let listener = TcpListener::bind("127.0.0.1:0").unwrap();
    let url = format!("http://{}", listener.local_addr().unwrap());
    thread::spawn(move || {
        for mut stream in listener.incoming().flatten() {
            let _head = stream.read(&mut [0; 4096]);
            let answer = b"HTTP/1.1 200 OK\r\nContent-Length: 2\r\nConnection: close\r\n\r\nok";
            stream.write_all(answer).unwrap();
        }
    });
    url
}

/// Whether a node with a limit warns when it starts that it has few descriptors.
fn warns(limit: &str) -> bool {
    let folder = Folder::new("hard-limit");
    let mut node = Node::spawn(limited(limit, &Node::command(&folder)).stdout(Stdio::piped()));
    let mut log = node.log();
    node.kill();
    let mut lines = String::new();
    log.read_to_string(&mut lines).unwrap();
    lines.contains("few_descriptors")
}

#[test]
fn a_limit_that_can_be_raised_is_raised_and_no_reason_to_warn() {
    assert!(!warns("ulimit -S -n 192 && ulimit -H -n 4096"));
    assert!(warns(LIMIT));
}

#[test]
fn idle_connections_leave_descriptors_for_requests() {
    let folder = Folder::new("few-descriptors");
    let node = Node::spawn(&mut limited(LIMIT, &Node::command(&folder)));
    let routes = format!(
        r#"{{"origins":{{"o":{{"url":"{}"}}}},"routes":[{{"path":"/x","origin":"o","public":true}}]}}"#,
        start_origin()
    );
    let put = send(node.address, "PUT", "/project-management-service/v1/gateway", Some(&routes));
    assert_eq!(put.unwrap().0, 201);
    let mut client = TcpStream::connect(node.address).unwrap();
    let mut ask = |path: &str| {
        client.write_all(format!("GET {path} HTTP/1.1\r\nHost: g\r\n\r\n").as_bytes()).unwrap();
        let mut answer = [0; 4096];
        let count = client.read(&mut answer).unwrap();
        String::from_utf8_lossy(answer.get(..count).unwrap()).into_owned()
    };
    assert!(ask("/healthz").starts_with("HTTP/1.1 200"));
    let idle: Vec<_> = (0..IDLE).map(|_| TcpStream::connect(node.address).unwrap()).collect();
    // Between them the node takes what waits.
    for _ in 0..200 {
        ask("/healthz");
    }
    let answer = ask("/x");
    assert!(answer.starts_with("HTTP/1.1 200"), "{answer}");
    drop(idle);
}
