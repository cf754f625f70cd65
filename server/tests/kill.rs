//! Nodes that are killed while they write: what they acknowledged is there when they start again, and nothing is half done.
//!
//! `KILLS` and `WRITERS` make it longer: the bar is 20 kills among 50 writers.

#![allow(clippy::indexing_slicing, clippy::panic, clippy::unwrap_used, reason = "a failing test panics")]
#![allow(clippy::disallowed_methods, reason = "its length is set by variables")]

mod cluster;
mod process;

use std::sync::atomic::{AtomicBool, AtomicU64, Ordering};
use std::thread::{scope, sleep};
use std::time::Duration;

use cluster::Postgres;
use process::{Folder, Node, send};
use serde_json::{Value, json};

const PROJECTS: &str = "/project-management-service/v1/projects";

fn number(name: &str, default: u64) -> u64 {
    std::env::var(name).map_or(default, |text| text.parse().unwrap())
}

/// The number in a project's label.
fn label(project: &Value) -> u64 {
    project["label"]["en"].as_str().unwrap().parse().unwrap()
}

#[test]
fn what_many_writers_were_acknowledged_survives_kills() {
    survives(&Folder::new("kill-many"), number("KILLS", 3), number("WRITERS", 8));
}

/// What is written by others meanwhile hides a store that answers too early.
#[test]
fn what_one_writer_was_acknowledged_survives_kills() {
    survives(&Folder::new("kill-one"), 5, 1);
}

#[test]
fn what_many_writers_were_acknowledged_survives_kills_on_postgresql() {
    let Some(postgres) = Postgres::start("kill") else { return };
    let folder = Folder::shared("kill-shared", &postgres.url());
    survives(&folder, number("KILLS", 3), number("WRITERS", 8));
}

fn survives(folder: &Folder, kills: u64, writers: u64) {
    let acknowledged: Vec<_> = (0..writers).map(|_| AtomicU64::new(0)).collect();
    for kill in 0..kills {
        let mut node = Node::start(folder);
        check(&node, &acknowledged);
        let stopped = AtomicBool::new(false);
        scope(|scope| {
            for (writer, last) in acknowledged.iter().enumerate() {
                let (address, stopped) = (node.address, &stopped);
                scope.spawn(move || {
                    while !stopped.load(Ordering::Relaxed) {
                        let next = last.load(Ordering::Relaxed) + 1;
                        let document = json!({ "label": { "en": next.to_string() } });
                        let answer = send(
                            address,
                            "PUT",
                            &format!("{PROJECTS}/w{writer}"),
                            Some(&document.to_string()),
                        );
                        match answer {
                            Some((200 | 201, _)) => last.store(next, Ordering::Relaxed),
                            // The next one may be written or not.
                            None => break,
                            Some((503, _)) => {}
                            Some(other) => panic!("{other:?}"),
                        }
                    }
                });
            }
            // Each round writes more before it ends.
            let enough = acknowledged_by_all(&acknowledged) + writers * (2 + kill);
            while acknowledged_by_all(&acknowledged) < enough {
                sleep(Duration::from_millis(1));
            }
            node.kill();
            stopped.store(true, Ordering::Relaxed);
        });
    }
    let node = Node::start(folder);
    check(&node, &acknowledged);
    eprintln!("{} writes were acknowledged", acknowledged_by_all(&acknowledged));
}

fn acknowledged_by_all(acknowledged: &[AtomicU64]) -> u64 {
    acknowledged.iter().map(|last| last.load(Ordering::Relaxed)).sum()
}

/// Each writer's project is as it was acknowledged last, or one further; the audit log and the list say the same.
fn check(node: &Node, acknowledged: &[AtomicU64]) {
    for (writer, last) in acknowledged.iter().enumerate() {
        let acknowledged = last.load(Ordering::Relaxed);
        let path = format!("{PROJECTS}/w{writer}");
        let (status, text) = send(node.address, "GET", &path, None).unwrap();
        if acknowledged == 0 && status == 404 {
            continue;
        }
        assert_eq!(status, 200, "{path}: {text}");
        let found = label(&serde_json::from_str(&text).unwrap());
        assert!((acknowledged..=acknowledged + 1).contains(&found), "{path}: {found}, not {acknowledged}");
        last.store(found, Ordering::Relaxed);
        let (_, text) = send(node.address, "GET", &format!("{path}/audit-log"), None).unwrap();
        let log: Value = serde_json::from_str(&text).unwrap();
        let entries = log["items"].as_array().unwrap();
        assert!(entries[0].to_string().contains(&format!("\"{found}\"")), "{path}: {}", entries[0]);
        // What was not published before the kill is published after it.
        let is_listed = || {
            let (_, text) = send(node.address, "GET", PROJECTS, None).unwrap();
            let listed: Vec<Value> = serde_json::from_str(&text).unwrap();
            listed.iter().any(|project| project["id"] == *format!("w{writer}") && label(project) == found)
        };
        for _ in 0..1000 {
            if is_listed() {
                break;
            }
            sleep(Duration::from_millis(20));
        }
        assert!(is_listed(), "{path} is not listed as {found}");
    }
}

#[test]
fn another_process_cannot_have_the_database() {
    let folder = Folder::new("exclusive");
    let node = Node::start(&folder);
    let output = Node::command(&folder).output().unwrap();
    assert!(!output.status.success());
    let problem = String::from_utf8_lossy(&output.stderr).into_owned();
    let file = folder.file("gateway.db");
    assert_eq!(problem, format!("cannot open the database `{}`: another process uses it\n", file.display()));
    drop(node);
}

#[test]
fn a_node_that_is_asked_to_end_does_so_and_has_everything_when_it_starts_again() {
    let folder = Folder::new("end");
    let mut node = Node::start(&folder);
    let path = format!("{PROJECTS}/p1");
    assert_eq!(send(node.address, "PUT", &path, Some(r#"{"label":{"en":"1"}}"#)).unwrap().0, 201);
    assert!(node.end().success());
    let again = Node::start(&folder);
    assert_eq!(send(again.address, "GET", &path, None).unwrap().0, 200);
}
