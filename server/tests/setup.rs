//! The link of the first administrator, as `serve` prints it.

#![allow(clippy::panic, clippy::unwrap_used, reason = "a failing test panics")]

mod process;

use std::io::{Read, Write};
use std::net::{SocketAddr, TcpStream};

use process::{Folder, Node};

const FORM: &str = "application/x-www-form-urlencoded";

/// Starts a node to which the operator gave no token of an administrator, and gives the link that it prints.
fn start(folder: &Folder) -> (Node, Option<String>) {
    let mut node = Node::spawn(Node::command(folder).env_remove("ADMIN_TOKEN"));
    let said = node.greeting();
    let link = said.split_whitespace().find(|word| word.contains("/auth/setup?link=")).map(str::to_owned);
    (node, link)
}

/// A request of a browser: the status, the head and the body of its answer.
fn browse(address: SocketAddr, method: &str, path: &str, cookie: &str, form: &str) -> (u16, String, String) {
    let mut stream = TcpStream::connect(address).unwrap();
    let request = format!(
        "{method} {path} HTTP/1.1\r\nhost: {address}\r\norigin: http://{address}\r\ncookie: {cookie}\r\nconnection: close\r\n\
         content-type: {FORM}\r\ncontent-length: {}\r\n\r\n{form}",
        form.len()
    );
    stream.write_all(request.as_bytes()).unwrap();
    let mut answer = String::new();
    stream.read_to_string(&mut answer).unwrap();
    let (head, body) = answer.split_once("\r\n\r\n").unwrap();
    (head.get(9..12).unwrap().parse().unwrap(), head.to_owned(), body.to_owned())
}

#[test]
fn a_node_prints_a_link_until_there_is_an_administrator() {
    let folder = Folder::new("setup");
    let (mut node, first) = start(&folder);
    let first = first.unwrap();
    assert!(first.starts_with(&format!("http://{}/auth/setup?link=", node.address)), "{first}");
    node.end();
    let (mut node, second) = start(&folder);
    let path = |link: &str| link.split_once("/auth/").map(|(_, path)| format!("/auth/{path}")).unwrap();
    let second = path(&second.unwrap());
    assert_eq!(browse(node.address, "GET", &path(&first), "", "").0, 404, "a restart voids it");
    let (status, _, page) = browse(node.address, "GET", &second, "", "");
    assert!(status == 200 && page.contains("type=\"email\""), "{page}");
    let secret = second.split_once('=').unwrap().1;
    let form = format!("link={secret}&email=ada%40example.com&password=horse+staple+battery");
    let (status, head, body) = browse(node.address, "POST", "/auth/setup", "", &form);
    assert_eq!(status, 303, "{body}");
    let cookie = head.split("set-cookie: ").nth(1).and_then(|set| set.split(';').next()).unwrap();
    let api = "/project-management-service/v1";
    assert_eq!(browse(node.address, "GET", &format!("{api}/projects"), cookie, "").0, 200);
    assert_eq!(browse(node.address, "GET", &format!("{api}/projects"), "", "").0, 401);
    let (_, _, log) = browse(node.address, "GET", &format!("{api}/audit-log"), cookie, "");
    assert!(log.contains(r#""who":"setup-link""#), "{log}");
    assert_eq!(browse(node.address, "POST", "/auth/setup", "", &form).0, 404, "it was used");
    node.end();
    assert!(!folder.holds("gateway.db", secret.as_bytes()));
    let (mut node, third) = start(&folder);
    assert_eq!(third, None);
    node.end();
}

#[test]
fn who_set_the_administrators_token_gets_no_link() {
    let folder = Folder::new("setup-token");
    let mut node = Node::start(&folder);
    let said = node.greeting();
    assert!(!said.contains("/auth/setup"), "{said}");
}
