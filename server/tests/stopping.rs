//! How a node ends that is asked to while a request is under way.

#![allow(clippy::panic, clippy::unwrap_used, reason = "a failing test panics")]

mod process;

use std::io::{BufRead, BufReader, Read, Write};
use std::net::{TcpListener, TcpStream};
use std::process::Stdio;

use process::{Folder, Node, send};

#[test]
fn a_node_says_that_it_stops_and_ends_at_once_when_it_is_asked_again() {
    let folder = Folder::new("stopping");
    let mut node = Node::spawn(Node::command(&folder).stdout(Stdio::piped()));
    let origin = TcpListener::bind("127.0.0.1:0").unwrap();
    let routes = format!(
        r#"{{"origins":{{"o":{{"url":"http://{}"}}}},"routes":[{{"path":"/x","origin":"o","public":true}}]}}"#,
        origin.local_addr().unwrap()
    );
    let (status, text) =
        send(node.address, "PUT", "/project-management-service/v1/gateway", Some(&routes)).unwrap();
    assert_eq!(status, 201, "{text}");
    let mut client = TcpStream::connect(node.address).unwrap();
    client.write_all(b"GET /x HTTP/1.1\r\nhost: g\r\n\r\n").unwrap();
    let (mut at_origin, _) = origin.accept().unwrap();
    at_origin.read_exact(&mut [0]).unwrap();
    node.ask_to_end();
    let log = BufReader::new(node.log());
    assert!(log.lines().any(|line| line.unwrap().contains(r#""event":"stopping""#)));
    assert_eq!(node.end().code(), Some(1));
}
