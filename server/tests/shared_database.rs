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
    routes_at("/api/{project}/{*rest}")
}

fn routes_at(path: &str) -> Value {
    let route = json!({ "path": path, "origin": "origin", "access": { "*": ["access"] } });
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
    until("the routes are on the disk", || copied(&folder, b"origin.example.com"));
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

/// Whether a node that started now with the database down would have these bytes.
fn copied(folder: &Folder, bytes: &[u8]) -> bool {
    ["published.db-wal", "published.db"].iter().any(|file| folder.holds(file, bytes))
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

/// How many projects two nodes make at once.
const PROJECTS: usize = 32;

#[test]
fn nodes_take_turns_whatever_isolation_the_database_has_by_default() {
    let Some(postgres) = Postgres::start("isolation") else { return };
    for default in ["default_transaction_isolation = 'serializable'", "default_transaction_deferrable = on"] {
        postgres.run_statement(&format!("ALTER ROLE gateway SET {default}"));
    }
    let folders = ["isolation-a", "isolation-b"].map(|name| Folder::shared(name, &postgres.url()));
    let nodes = folders.each_ref().map(Node::start);
    let statuses: Vec<_> = scope(|scope| {
        let making = (0..PROJECTS).map(|number| {
            let node = nodes[number % 2].address;
            scope.spawn(move || put(node, &format!("/projects/p{number}"), &json!({})))
        });
        let making: Vec<_> = making.collect();
        making.into_iter().map(|it| it.join().unwrap()).collect()
    });
    assert_eq!(statuses, [201; PROJECTS]);
}

#[test]
fn a_node_that_started_from_its_copy_goes_by_a_database_that_was_restored() {
    restore("restored", |_| {});
}

#[test]
fn it_goes_by_one_that_has_been_used_since_it_was_restored() {
    restore("restored-used", |postgres| {
        let folder = Folder::shared("restored-other", &postgres.url());
        let other = Node::start(&folder);
        // The copy has no later revisions.
        for number in 0..8 {
            assert_eq!(put(other.address, &format!("/projects/p{number}"), &json!({})), 201);
        }
    });
}

/// Starts a node from a copy whose routes are later than those of a database that is restored, and then used.
fn restore(name: &str, used: impl FnOnce(&Postgres)) {
    let Some(mut postgres) = Postgres::start(name) else { return };
    let folder = Folder::shared(name, &postgres.url());
    let has_route = |node: &Node, name: &str| get(node.address, &format!("/{name}/p1/x")) == 401;
    let mut node = Node::start(&folder);
    assert_eq!(put(node.address, "/gateway", &routes_at("/earlier/{project}/{*rest}")), 201);
    until("the routes are in force", || has_route(&node, "earlier"));
    postgres.kill();
    postgres.back_up();
    postgres.run();
    until("later routes are taken", || {
        put(node.address, "/gateway", &routes_at("/later/{project}/{*rest}")) == 200
    });
    until("later routes are in force", || has_route(&node, "later"));
    until("later routes are on the disk", || copied(&folder, b"/later/"));
    node.kill();
    postgres.kill();
    postgres.restore();
    postgres.run();
    used(&postgres);
    postgres.kill();
    let node = Node::start(&folder);
    assert!(has_route(&node, "later"), "it serves by its copy");
    postgres.run();
    until("what is not in the database is not in force", || !has_route(&node, "later"));
    assert!(has_route(&node, "earlier"));
}

/// Has the copy take nothing but all at once, from when it was written once.
const FAULTY: &str = "
    CREATE TABLE written (once INTEGER);
    CREATE TRIGGER note AFTER UPDATE ON tally WHEN NEW.name = 'copied-at'
        BEGIN INSERT INTO written VALUES (1); END;
    CREATE TRIGGER forget AFTER DELETE ON published BEGIN DELETE FROM written; END;
    CREATE TRIGGER refuse BEFORE INSERT ON published WHEN EXISTS (SELECT 1 FROM written)
        BEGIN SELECT RAISE(ABORT, 'no room'); END;";

#[test]
fn a_copy_that_could_not_be_written_gets_what_it_lacks() {
    let Some(mut postgres) = Postgres::start("faulty") else { return };
    let folder = Folder::shared("faulty", &postgres.url());
    let mut node = Node::start(&folder);
    assert_eq!(put(node.address, "/gateway", &routes_at("/earlier/{project}/{*rest}")), 201);
    until("the routes are on the disk", || copied(&folder, b"/earlier/"));
    node.kill();
    rusqlite::Connection::open(folder.file("published.db")).unwrap().execute_batch(FAULTY).unwrap();
    let mut node = Node::start(&folder);
    // When the second ones are written, the copy was written once.
    for name in ["between", "later"] {
        assert_eq!(put(node.address, "/gateway", &routes_at(&format!("/{name}/{{project}}/{{*rest}}"))), 200);
        until("changed routes are on the disk", || copied(&folder, format!("/{name}/").as_bytes()));
    }
    node.kill();
    postgres.kill();
    let node = Node::start(&folder);
    assert_eq!(get(node.address, "/later/p1/x"), 401);
    assert_ne!(get(node.address, "/between/p1/x"), 401);
}

/// The lock that writers take in turn.
const WRITER: &str = "SELECT pg_advisory_lock(7310582041557)";

#[test]
fn a_node_that_waited_in_vain_for_its_turn_writes_when_it_comes() {
    let Some(postgres) = Postgres::start("turn") else { return };
    let folder = Folder::shared("turn", &postgres.url());
    let node = Node::start(&folder);
    let write = |number: u32| put(node.address, &format!("/projects/p{number}"), &json!({}));
    assert_eq!(write(0), 201);
    let mut holder = postgres.hold(WRITER);
    until("a write has waited too long", || write(1) == 503);
    postgres.run_statement(
        "SELECT pg_terminate_backend(pid) FROM pg_locks WHERE locktype = 'advisory' AND granted",
    );
    holder.wait().unwrap();
    // Requests that come all the time, as in a flood, keep nothing from getting better.
    let mut failed = 0;
    until("writes are taken again", || {
        failed += 1;
        write(1) != 503
    });
    assert!(failed < 3, "{failed} writes failed after the lock was free");
}

#[test]
fn texts_that_the_database_cannot_have_find_nothing() {
    let Some(postgres) = Postgres::start("nul") else { return };
    let folder = Folder::shared("nul", &postgres.url());
    let node = Node::start(&folder);
    assert_eq!(put(node.address, "/projects/p1", &json!({})), 201);
    for path in ["/users?after=a%00b", "/projects/p1/members?after=%00", "/projects?after=p%00"] {
        assert_eq!(get(node.address, &format!("{API}{path}")), 200, "{path}");
    }
    for path in ["/users/%00", "/users/a%00b", "/projects/p1/members/%00", "/users?email=a%00@example.com"] {
        assert!(matches!(get(node.address, &format!("{API}{path}")), 200 | 400 | 404), "{path}");
    }
}
