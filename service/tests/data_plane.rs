//! The data plane: what it decides while keys change, issuers fail and replicas lag.

#![allow(clippy::indexing_slicing, clippy::panic, clippy::unwrap_used, reason = "a failing test panics")]

use crate::support;

use std::sync::atomic::Ordering;

use serde_json::{Value, json};
use service::host::Space;
use support::executor::Task;
use support::table::Table;
use support::tokens::{public_key, token};
use support::world::{Node, World};

const PATH: &str = "/api/p1/x";

fn world() -> World {
    Table::read().world(&Value::Null)
}

/// A user's token, signed by the key of that name and named as `kid`.
fn user(world: &World, key: &str, kid: &str) -> String {
    token(world.now(), &json!({ "azp": "user-app" }), key, kid)
}

fn count(outcomes: &[String], outcome: &str) -> usize {
    outcomes.iter().filter(|other| *other == outcome).count()
}

#[test]
fn a_flood_of_unknown_keys_causes_one_fetch_a_cooldown() {
    let world = world();
    world.pass(30.0);
    let fetches = world.shared.network.fetches();
    for round in 0..3 {
        let tokens: Vec<_> =
            (0..50).map(|index| user(&world, "ec256-2", &format!("{round}-{index}"))).collect();
        for _ in 0..4 {
            assert_eq!(count(&world.decide(PATH, &tokens), "token_untrusted"), 50);
        }
        assert_eq!(world.shared.network.fetches(), fetches + 1 + round);
        world.pass(30.0);
    }
}

#[test]
fn a_new_key_is_accepted_at_its_first_token() {
    let world = world();
    world.pass(30.0);
    *world.shared.network.keys.lock().unwrap() = vec![public_key("ec256-2", "new")];
    let mut tokens: Vec<_> =
        (0..20).map(|index| user(&world, "ec256-1", &format!("unknown-{index}"))).collect();
    tokens.push(user(&world, "ec256-2", "new"));
    let outcomes = world.decide(PATH, &tokens);
    assert_eq!((count(&outcomes, "permit"), count(&outcomes, "token_untrusted")), (1, 20));
    assert_eq!(
        world.decide(PATH, &[user(&world, "ec256-1", "ec256-1")]),
        ["token_untrusted"],
        "the old key is gone"
    );
}

#[test]
fn while_the_issuer_is_down_an_unknown_key_is_unavailable_and_a_known_one_serves() {
    let world = world();
    world.pass(30.0);
    world.shared.network.is_down.store(true, Ordering::Relaxed);
    let tokens = [user(&world, "ec256-2", "new"), user(&world, "ec256-1", "ec256-1")];
    for _ in 0..3 {
        assert_eq!(world.decide(PATH, &tokens), ["keys_unavailable", "permit"]);
    }
    for _ in 0..23 {
        world.pass(3600.0);
    }
    assert_eq!(world.decide(PATH, &[user(&world, "ec256-1", "ec256-1")]), ["permit"]);
    world.pass(7200.0);
    let late = user(&world, "ec256-1", "ec256-1");
    assert_eq!(world.decide(PATH, &[late]), ["keys_unavailable"], "they are too old");
}

#[test]
fn more_than_1500_requests_do_not_wait_for_one_answer() {
    let world = world();
    world.pass(30.0);
    world.shared.network.is_held.store(true, Ordering::Relaxed);
    let text = user(&world, "ec256-2", "unknown");
    let host = world.nodes[0].host.clone();
    let mut refused = 0;
    let decide = |_| {
        let (node, text) = (world.nodes[0].clone(), format!("Bearer {text}"));
        let task: Task<'_, bool> = Box::pin(async move { is_unavailable(&node, &text).await });
        task
    };
    let tasks: Vec<_> = (0..1550).map(decide).collect();
    let mut rounds = 0;
    let outcomes = support::executor::run_all(3, tasks, || {
        rounds += 1;
        // All that may wait do; the issuer answers now.
        if rounds == 20_000 {
            host.shared.network.is_held.store(false, Ordering::Relaxed);
        }
        let jobs: Vec<_> = host.jobs.lock().unwrap().drain(..).collect();
        let node = world.nodes[0].clone();
        let work = |job| {
            let Node { host, plane } = node.clone();
            let task: Task<'_, ()> = Box::pin(async move { plane.data().run(&*host, job).await });
            task
        };
        jobs.into_iter().map(work).collect()
    });
    refused += outcomes.iter().filter(|is_unavailable| **is_unavailable).count();
    assert_eq!(refused, 50);
}

async fn is_unavailable(Node { host, plane }: &Node, authorization: &str) -> bool {
    let routes = plane.data().routes(&**host).await.unwrap();
    let request = edge_authorizer::Request {
        method: "GET",
        path: PATH,
        authorization: Some(authorization),
        session: None,
        origin: None,
        asks_for_method: false,
    };
    let now = service::host::Clock::now(&**host);
    let decision = plane.data().decide(&**host, &routes, &request, now).await;
    decision.verdict.code().is_some_and(|code| code.as_str() == "keys_unavailable")
}

#[test]
fn a_replica_that_fails_is_served_from_memory_for_five_minutes() {
    let world = world();
    assert_eq!(world.decide(PATH, &[user(&world, "ec256-1", "ec256-1")]), ["permit"]);
    world.shared.replica.fails_reads.store(true, Ordering::Relaxed);
    world.pass(290.0);
    assert_eq!(world.decide(PATH, &[user(&world, "ec256-1", "ec256-1")]), ["permit"]);
    world.pass(20.0);
    let late = user(&world, "ec256-1", "ec256-1");
    assert_eq!(world.decide(PATH, &[late]), ["config"]);
    assert!(world.events().contains(&"kv_failed".to_owned()));
}

#[test]
fn a_replica_that_lags_behind_brings_no_deleted_project_back() {
    let world = world();
    let former = world.shared.replica.value(Space::Config, "project/p1").unwrap();
    assert_eq!(world.admin("DELETE", "/projects/p1", None).status, 204);
    assert_eq!(world.decide(PATH, &[user(&world, "ec256-1", "ec256-1")]), ["token_untrusted"]);
    world.shared.replica.put(Space::Config, "project/p1", &former);
    for _ in 0..3 {
        world.pass(35.0);
        assert_eq!(world.decide(PATH, &[user(&world, "ec256-1", "ec256-1")]), ["token_untrusted"]);
    }
}

#[test]
fn what_a_node_changed_it_sees_at_once() {
    let world = world();
    let text = user(&world, "ec256-1", "ec256-1");
    assert_eq!(world.decide(PATH, std::slice::from_ref(&text)), ["permit"]);
    assert_eq!(world.admin("DELETE", "/projects/p1/custom-idp/users", None).status, 204);
    assert_eq!(world.decide(PATH, &[text]), ["token_untrusted"]);
}

#[test]
fn a_token_is_checked_once() {
    let world = world();
    let text = user(&world, "ec256-1", "ec256-1");
    assert_eq!(world.decide(PATH, std::slice::from_ref(&text)), ["permit"]);
    let reads = world.shared.replica.reads.load(Ordering::Relaxed);
    assert_eq!(world.decide(PATH, &[text.clone(), text]), ["permit", "permit"]);
    assert_eq!(world.shared.replica.reads.load(Ordering::Relaxed), reads);
}
