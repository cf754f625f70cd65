//! Nodes that share a PostgreSQL.

#![allow(clippy::indexing_slicing, clippy::panic, clippy::unwrap_used, reason = "a failing test panics")]

mod cluster;
mod process;

use std::net::SocketAddr;
use std::thread::{scope, sleep};
use std::time::Duration;

use cluster::Postgres;
use process::{Folder, Node, exchange, send};
use serde_json::{Value, json};

const API: &str = "/project-management-service/v1";

/// How often is looked for what should come, before the test fails.
const PATIENCE: u32 = 2000;

fn put(address: SocketAddr, path: &str, document: &Value) -> u16 {
    send(address, "PUT", &format!("{API}{path}"), Some(&document.to_string())).map_or(0, |(status, _)| status)
}

fn get(address: SocketAddr, path: &str) -> u16 {
    send(address, "GET", path, None).map_or(0, |(status, _)| status)
}

fn routes() -> Value {
    let route =
        json!({ "path": "/api/{project}/{*rest}", "origin": "origin", "access": { "*": ["access"] } });
    json!({ "origins": { "origin": { "url": "https://origin.example.com" } }, "routes": [route] })
}

/// Waits for something.
fn until(what: &str, is_so: impl FnMut() -> bool) {
    assert!(seen(is_so), "{what}");
}

/// Waits for something, and says whether it came.
fn seen(mut is_so: impl FnMut() -> bool) -> bool {
    (0..PATIENCE).any(|_| {
        let it_is = is_so();
        if !it_is {
            sleep(Duration::from_millis(20));
        }
        it_is
    })
}

#[test]
fn nodes_that_start_at_once_on_an_empty_database_share_it() {
    let Some(postgres) = Postgres::start("two") else { return };
    let folders = ["two-a", "two-b"].map(|name| Folder::shared(name, &postgres.url()));
    let nodes: Vec<_> = scope(|scope| {
        let starting = folders.each_ref().map(|folder| scope.spawn(|| Node::start(folder)));
        starting.into_iter().map(|node| node.join().unwrap()).collect()
    });
    let [one, other] = [0, 1].map(|node| nodes[node].address);
    assert_eq!(get(other, "/readyz"), 503);
    assert_eq!(put(one, "/gateway", &routes()), 201);
    until("the other node has the routes", || get(other, "/readyz") == 200);
    // Each node's commit is the other's condition.
    let created = scope(|scope| {
        let creating = [one, other]
            .map(|node| scope.spawn(move || put(node, "/projects/p1", &json!({ "label": { "en": "P" } }))));
        let mut statuses = creating.map(|it| it.join().unwrap());
        statuses.sort_unstable();
        statuses
    });
    assert_eq!(created, [200, 201]);
    until("what one node deleted is gone at the other", || {
        send(one, "DELETE", &format!("{API}/projects/p1"), None);
        get(other, &format!("{API}/projects/p1")) == 404
    });
}

#[test]
fn a_database_that_is_down_is_waited_for() {
    let Some(mut postgres) = Postgres::start("down") else { return };
    let folder = Folder::shared("down", &postgres.url());
    let mut node = Node::start(&folder);
    assert_eq!(put(node.address, "/gateway", &routes()), 201);
    // The copy on the disk has it when the node that starts from it does.
    until("the node is ready", || get(node.address, "/readyz") == 200);
    until("the routes are on the disk", || copied(&folder));
    postgres.kill();
    let document = json!({ "label": { "en": "P" } }).to_string();
    let write = |address| exchange(address, "PUT", &format!("{API}/projects/p1"), Some(&document)).unwrap().0;
    let head = write(node.address).to_lowercase();
    assert!(head.starts_with("http/1.1 503") && head.contains("\r\nretry-after: "), "{head}");
    assert_eq!(get(node.address, "/readyz"), 200);
    node.kill();
    let again = Node::start(&folder);
    assert_eq!(get(again.address, "/readyz"), 200, "a node that starts meanwhile serves by its copy");
    assert!(write(again.address).starts_with("HTTP/1.1 503"));
    postgres.run();
    until("writes are taken again", || write(again.address).starts_with("HTTP/1.1 20"));
}

/// Whether a node that started now with the database down would have the routes.
fn copied(folder: &Folder) -> bool {
    folder.holds("published.db-wal", b"origin.example.com")
        || folder.holds("published.db", b"origin.example.com")
}

#[test]
fn what_is_known_serves_no_longer_than_it_may() {
    let Some(mut postgres) = Postgres::start("stale") else { return };
    let mut folder = Folder::shared("stale", &postgres.url());
    folder.variables.push(("CONFIG_MAX_STALE_SECONDS", "3".to_owned()));
    let mut node = Node::start(&folder);
    assert_eq!(put(node.address, "/gateway", &routes()), 201);
    until("the node is ready", || get(node.address, "/readyz") == 200);
    postgres.kill();
    until("what is known is too old", || get(node.address, "/readyz") == 503);
    node.kill();
    let mut refused = Node::command(&folder).spawn().unwrap();
    let has_ended = seen(|| refused.try_wait().unwrap().is_some());
    refused.kill().unwrap();
    let output = refused.wait_with_output().unwrap();
    let problem = String::from_utf8_lossy(&output.stderr).into_owned();
    assert!(has_ended, "it serves by a copy that is too old: {problem}");
    assert!(
        problem.starts_with("cannot open the database: "),
        "a copy that is too old starts no node: {problem}"
    );
    postgres.run();
    let node = Node::start(&folder);
    until("the node is ready again", || get(node.address, "/readyz") == 200);
}

#[test]
fn a_node_that_outlived_what_it_may_serve_recovers_by_itself() {
    let Some(mut postgres) = Postgres::start("recover") else { return };
    let mut folder = Folder::shared("recover", &postgres.url());
    folder.variables.push(("CONFIG_MAX_STALE_SECONDS", "3".to_owned()));
    let node = Node::start(&folder);
    assert_eq!(put(node.address, "/gateway", &routes()), 201);
    until("the node is ready", || get(node.address, "/readyz") == 200);
    postgres.kill();
    until("what is known is too old", || get(node.address, "/readyz") == 503);
    postgres.run();
    until("the node is ready again", || get(node.address, "/readyz") == 200);
}
