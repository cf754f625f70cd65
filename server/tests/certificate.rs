//! The certificate of the listener: read again when its files change, and only if they are good.

#![allow(clippy::panic, clippy::unwrap_used, reason = "a failing test panics")]
#![allow(clippy::disallowed_methods, reason = "a test that hangs has to end")]

#[path = "process/mod.rs"]
mod process;
#[path = "door/tls.rs"]
mod tls;

use std::fs::{copy, read, write};
use std::io::{BufRead, BufReader, Read, Write};
use std::process::Stdio;
use std::time::{Duration, Instant};

use process::{Folder, Node};
use rustls::pki_types::CertificateDer;
use rustls::pki_types::pem::PemObject;
use tls::{Stream, connect};

/// The node looks each second.
const MOST: Duration = Duration::from_secs(30);

fn install(folder: &Folder, certificate: &str, key: &str) {
    copy(tls::file(certificate), folder.file("tls.pem")).unwrap();
    copy(tls::file(key), folder.file("tls.key")).unwrap();
}

fn start(folder: &Folder) -> Node {
    let mut command = Node::command(folder);
    command.env("TLS_CERTIFICATE", folder.file("tls.pem")).env("TLS_KEY", folder.file("tls.key"));
    Node::spawn(command.stdout(Stdio::piped()))
}

fn presents(stream: &Stream, name: &str) -> bool {
    let presented = stream.conn.peer_certificates().and_then(<[_]>::first).unwrap();
    *presented == CertificateDer::from_pem_file(tls::file(name)).unwrap()
}

fn is_healthy(stream: &mut Stream) -> bool {
    stream.write_all(b"GET /healthz HTTP/1.1\r\nHost: localhost\r\n\r\n").unwrap();
    let mut head = [0; 15];
    stream.read_exact(&mut head).unwrap();
    let mut rest = [0; 4096];
    let _body = stream.read(&mut rest).unwrap();
    head == *b"HTTP/1.1 200 OK"
}

#[test]
fn a_new_pair_is_used_and_a_faulty_one_is_not() {
    let folder = Folder::new("certificate");
    install(&folder, "first.pem", "first.key");
    let mut node = start(&folder);
    let mut log = BufReader::new(node.log());
    let mut old = connect(node.address, &["http/1.1"]);
    assert!(presents(&old, "first.pem") && is_healthy(&mut old));

    for break_it in [
        (|folder: &Folder| install(folder, "second.pem", "first.key")) as fn(&Folder),
        |folder| write(folder.file("tls.pem"), "no certificate").unwrap(),
        |folder| std::fs::remove_file(folder.file("tls.key")).unwrap(),
    ] {
        break_it(&folder);
        let mut line = String::new();
        while !line.contains("certificate_invalid") {
            line.clear();
            assert!(log.read_line(&mut line).unwrap() > 0);
        }
        let key = read(tls::file("first.key")).unwrap();
        assert!(!line.contains(String::from_utf8(key).unwrap().lines().nth(1).unwrap()), "{line}");
        assert!(presents(&connect(node.address, &["h2"]), "first.pem"), "{line}");
    }

    install(&folder, "second.pem", "second.key");
    let began = Instant::now();
    while !presents(&connect(node.address, &["h2"]), "second.pem") {
        assert!(began.elapsed() < MOST, "the new certificate is not used");
    }
    assert!(is_healthy(&mut old), "the connection was dropped");
    drop(old);
    assert!(node.end().success());
}

#[test]
fn a_node_with_a_faulty_pair_does_not_start() {
    let folder = Folder::new("faulty-certificate");
    install(&folder, "first.pem", "second.key");
    let mut command = Node::command(&folder);
    command.env("TLS_CERTIFICATE", folder.file("tls.pem"));
    for (key, expected) in [
        (Some("tls.key"), "`TLS_CERTIFICATE`: the certificate is not that of the key"),
        (None, "needs `TLS_KEY`"),
    ] {
        match key {
            Some(key) => command.env("TLS_KEY", folder.file(key)),
            None => command.env_remove("TLS_KEY"),
        };
        let output = command.output().unwrap();
        let text = String::from_utf8(output.stderr).unwrap();
        assert!(!output.status.success() && text.contains(expected), "{text}");
    }
}
