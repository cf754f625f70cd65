//! An issuer's keys from the first look to the end: fetched ahead of time, published, removed.

#![allow(clippy::indexing_slicing, clippy::panic, clippy::unwrap_used, reason = "a failing test panics")]

use crate::support;

use std::sync::atomic::Ordering;

use serde_json::{Value, json};
use service::host::{Key, Space};
use support::executor::Task;
use support::table::Table;
use support::tokens::{ISSUER, public_key};
use support::world::{Node, START, World, body, project_key};

fn key() -> Key {
    Key::Issuer(ISSUER.to_owned())
}

fn published(world: &World) -> Option<Value> {
    world.shared.replica.value(Space::Keys, ISSUER)
}

fn world() -> World {
    Table::read().world(&Value::Null)
}

#[test]
fn looking_at_an_issuer_leaves_nothing_behind() {
    let world = World::new();
    assert_eq!(world.admin("PUT", "/projects/p1", Some(&json!({}))).status, 201);
    let entry = &Table::read().documents["entry"];
    for _ in 0..3 {
        let tried = world.admin("POST", "/projects/p1/custom-idp?dryRun=true", Some(entry));
        assert_eq!((tried.status, &body(&tried)["keys"][0]["kid"]), (200, &"ec256-1".into()));
    }
    assert_eq!(world.shared.network.fetches(), 1, "one look a minute");
    assert_eq!((world.shared.store.value(&key()), published(&world)), (None, None));
}

#[test]
fn saving_an_entry_publishes_its_issuers_keys() {
    let world = world();
    assert_eq!(world.shared.network.fetches(), 1, "those of the look");
    assert_eq!(published(&world).unwrap()["fetchedAt"], START);
    let record = world.shared.store.value(&key()).unwrap();
    assert_eq!((&record["is_published"], &record["format"]), (&true.into(), &1.into()));
}

#[test]
fn keys_are_fetched_at_80_percent_of_their_life_and_more_rarely_while_the_issuer_fails() {
    let world = world();
    world.pass(2600.0);
    assert_eq!(world.shared.network.fetches(), 1);
    world.pass(300.0);
    assert_eq!(
        (world.shared.network.fetches(), published(&world).unwrap()["fetchedAt"].clone()),
        (2, json!(START + 2900.0))
    );
    world.shared.network.is_down.store(true, Ordering::Relaxed);
    world.pass(2900.0);
    let mut fetches = Vec::new();
    for _ in 0..40 {
        fetches.push(world.shared.network.fetches());
        world.pass(33.0);
    }
    assert_eq!(fetches.first(), Some(&3));
    let count = fetches.last().unwrap() - 3;
    assert!((4..=6).contains(&count), "{count} attempts in 22 minutes");
    assert!(published(&world).is_some(), "good keys stay");
    world.shared.network.is_down.store(false, Ordering::Relaxed);
    world.pass(700.0);
    assert_eq!(published(&world).unwrap()["fetchedAt"], world.now());
}

#[test]
fn a_key_that_changes_under_its_id_is_noticed() {
    let world = world();
    *world.shared.network.keys.lock().unwrap() = vec![public_key("ec256-2", "ec256-1")];
    world.pass(3000.0);
    assert!(world.events().contains(&"key_changed".to_owned()));
}

#[test]
fn an_issuer_is_removed_when_the_last_project_that_names_it_is_gone() {
    let world = world();
    assert_eq!(world.admin("PUT", "/projects/p2", Some(&json!({}))).status, 201);
    let entry = &Table::read().documents["entry"];
    assert_eq!(world.admin("POST", "/projects/p2/custom-idp", Some(entry)).status, 201);
    assert_eq!(world.admin("DELETE", "/projects/p1", None).status, 204);
    assert!(published(&world).is_some());
    assert_eq!(world.admin("DELETE", "/projects/p2/custom-idp/idp", None).status, 204);
    assert_eq!((world.shared.store.value(&key()), published(&world)), (None, None));
    let fetches = world.shared.network.fetches();
    world.pass(10_000.0);
    assert_eq!(world.shared.network.fetches(), fetches, "it is not fetched any more");
}

#[test]
fn an_issuer_that_is_named_again_while_it_is_removed_stays() {
    for seed in 1..30 {
        for nodes in [1, 2] {
            let mut world = World::with(nodes, &Value::Null);
            world.seed = seed;
            let table = Table::read();
            for project in ["/projects/p1", "/projects/p2"] {
                assert_eq!(world.admin("PUT", project, Some(&json!({}))).status, 201);
            }
            let entry = &table.documents["entry"];
            assert_eq!(world.admin("POST", "/projects/p1/custom-idp", Some(entry)).status, 201);
            world.shared.store.pauses.store(2, Ordering::Relaxed);
            world.shared.replica.delays.lock().unwrap().extend([3, 9, 27, 1, 40, 5, 17]);
            let admin = table.authorization(&world, "admin").unwrap();
            let responses = world.send_all(vec![
                world.json("DELETE", "/projects/p1/custom-idp/idp", &admin, None),
                world.json("POST", "/projects/p2/custom-idp", &admin, Some(entry)),
            ]);
            assert_eq!(responses.iter().map(|one| one.status).collect::<Vec<_>>(), [204, 201]);
            for _ in 0..12 {
                world.pass(2.0);
            }
            assert!(published(&world).is_some(), "{nodes} nodes, seed {seed}");
            let fetched = published(&world).unwrap()["fetchedAt"].as_f64().unwrap();
            world.pass(3600.0);
            assert!(published(&world).unwrap()["fetchedAt"].as_f64().unwrap() > fetched);
        }
    }
}

#[test]
fn a_removal_that_fails_is_repeated() {
    let world = world();
    world.shared.replica.fails_writes.store(0, Ordering::Relaxed);
    let Node { host, plane } = world.nodes[0].clone();
    let unregister: Task<'_, ()> = Box::pin(async move {
        let request = service::host::IssuerRequest::Unregister { project: "p1".to_owned() };
        host.shared.replica.fails_writes.store(1, Ordering::Relaxed);
        plane.answer_issuer(&*host, ISSUER, &request).await.unwrap();
    });
    world.run(vec![unregister]);
    assert!(world.events().contains(&"not_removed".to_owned()) && published(&world).is_some());
    world.pass(2.0);
    assert_eq!((world.shared.store.value(&key()), published(&world)), (None, None));
}

#[test]
fn a_project_shows_nothing_of_an_issuer_from_before_it_named_it() {
    let world = world();
    world.pass(100.0);
    assert_eq!(world.admin("PUT", "/projects/p2", Some(&json!({}))).status, 201);
    let entry = &Table::read().documents["entry"];
    assert_eq!(world.admin("POST", "/projects/p2/custom-idp", Some(entry)).status, 201);
    let [first, second] = ["p1/custom-idp/users", "p2/custom-idp/idp"]
        .map(|path| body(&world.admin("GET", &format!("/projects/{path}/keys"), None)));
    assert_eq!(
        (&first["keys"][0]["firstSeen"], &second["keys"][0]["firstSeen"]),
        (&json!(START), &json!(START + 100.0))
    );
    let record = world.shared.store.value(&project_key("p2")).unwrap();
    assert_eq!(record["issuers"][0]["registered"], true);
}

#[test]
fn keys_are_answered_before_they_are_published() {
    let world = World::new();
    world.shared.replica.fails_writes.store(1, Ordering::Relaxed);
    let Node { host, plane } = world.nodes[0].clone();
    let ask: Task<'_, bool> = Box::pin(async move {
        let request = service::host::IssuerRequest::Keys(edge_authorizer::FetchReason::Due);
        plane.answer_issuer(&*host, ISSUER, &request).await.unwrap().record.is_some()
    });
    assert_eq!((world.run(vec![ask]), published(&world)), (vec![true], None));
    // They are published though no project is registered yet, and removed when they are due.
    world.pass(2.0);
    world.pass(2.0);
    assert!(published(&world).is_some());
    world.pass(3600.0);
    assert_eq!((world.shared.store.value(&key()), published(&world)), (None, None));
}
