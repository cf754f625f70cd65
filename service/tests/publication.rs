//! Publication: what was acknowledged reaches the replicas, and never in another order.

#![allow(clippy::indexing_slicing, clippy::panic, clippy::unwrap_used, reason = "a failing test panics")]

use crate::support;

use std::sync::atomic::Ordering;
use std::task::{Context, Waker};

use serde_json::{Value, json};
use service::host::{ReplicaWrite, Space};
use support::executor::Task;
use support::keys::random::Random;
use support::world::{Node, World, body, project_key};

/// The versions of a project that landed, in their order.
fn landed(world: &World) -> Vec<u64> {
    let writes = world.shared.replica.landed.lock().unwrap();
    let version = |write: &ReplicaWrite| {
        let value: Value = serde_json::from_str(write.value.as_deref().unwrap()).unwrap();
        value["version"].as_u64().unwrap()
    };
    writes.iter().filter(|write| write.key == "project/p1").map(version).collect()
}

fn put(world: &World, label: &str) -> (service::http::Request, Option<Vec<u8>>) {
    let authorization = format!("Bearer {}", support::tokens::ADMIN);
    world.json("PUT", "/projects/p1", &authorization, Some(&json!({ "label": { "en": label } })))
}

/// Lets time pass until what failed was repeated and rights to publish have expired.
fn repeat(world: &World) {
    for _ in 0..12 {
        world.pass(2.0);
    }
}

#[test]
fn an_older_snapshot_never_lands_after_a_newer_one() {
    for seed in 1..40 {
        for nodes in [1, 3] {
            let mut world = World::with(nodes, &Value::Null);
            world.seed = seed;
            let mut random = Random::new(seed);
            world.shared.store.pauses.store(2, Ordering::Relaxed);
            let delays = (0..200).map(|_| u32::try_from(random.below(40)).unwrap());
            world.shared.replica.delays.lock().unwrap().extend(delays);
            let labels: Vec<_> = (0..12).map(|index| index.to_string()).collect();
            let responses = world.send_all(labels.iter().map(|label| put(&world, label)).collect());
            assert!(responses.iter().all(|response| matches!(response.status, 200 | 201)));
            repeat(&world);
            let landed = landed(&world);
            assert!(landed.is_sorted(), "{nodes} nodes, seed {seed}: {landed:?}");
            assert_eq!(landed.last(), Some(&12), "{nodes} nodes, seed {seed}");
            if nodes == 1 {
                assert!(responses.iter().all(|response| response.header("x-published") == Some("true")));
            }
        }
    }
}

#[test]
fn what_was_not_published_is_published_later() {
    for nodes in [1, 3] {
        let world = World::with(nodes, &Value::Null);
        world.shared.replica.fails_writes.store(5, Ordering::Relaxed);
        let response = world.send_all(vec![put(&world, "x")]).remove(0);
        assert_eq!((response.status, response.header("x-published")), (201, Some("false")));
        assert!(world.events().contains(&"not_published".to_owned()));
        assert_eq!(body(&world.admin("GET", "/projects", None)), json!([]));
        repeat(&world);
        assert_eq!(world.shared.replica.value(Space::Config, "project/p1").unwrap()["version"], 1);
        assert_eq!(body(&world.admin("GET", "/projects", None))[0]["id"], "p1");
    }
}

#[test]
fn a_node_that_stops_while_it_publishes_is_succeeded_by_another() {
    let world = World::with(2, &Value::Null);
    world.shared.replica.delays.lock().unwrap().push_back(1000);
    let (request, sent) = put(&world, "first");
    {
        let Node { host, plane } = world.nodes[1].clone();
        let mut stopped: Task<'_, _> =
            Box::pin(async move { plane.handle(&*host, &request, sent).await.status });
        for _ in 0..100 {
            assert!(stopped.as_mut().poll(&mut Context::from_waker(Waker::noop())).is_pending());
        }
    }
    // The right to publish is still the first node's.
    let response = world.send_all(vec![put(&world, "second")]).remove(0);
    assert_eq!((response.status, response.header("x-published")), (200, Some("false")));
    assert!(landed(&world).is_empty());
    repeat(&world);
    assert_eq!(landed(&world), [2]);
    let record = world.shared.store.value(&project_key("p1")).unwrap();
    assert_eq!((&record["published"], record.get("lease")), (&2.into(), None));
}

#[test]
fn a_deleted_project_is_published_as_a_tombstone_for_a_month() {
    let world = World::new();
    assert_eq!(world.send_all(vec![put(&world, "x")]).remove(0).status, 201);
    assert_eq!(world.admin("DELETE", "/projects/p1", None).status, 204);
    let writes = world.shared.replica.landed.lock().unwrap();
    let tombstone = writes.last().unwrap();
    assert_eq!(tombstone.value.as_deref(), Some(r#"{"version":2,"deleted":true}"#));
    assert_eq!(tombstone.lifetime, Some(30 * 86_400));
}

#[test]
fn the_replica_has_what_earlier_releases_publish() {
    let world = World::new();
    assert_eq!(world.send_all(vec![put(&world, "x")]).remove(0).status, 201);
    let snapshot = world.shared.replica.value(Space::Config, "project/p1").unwrap();
    assert_eq!(snapshot, json!({ "version": 1, "idps": [] }));
}

#[test]
fn the_routes_are_published_with_their_version() {
    let world = World::new();
    let routes = json!({ "origins": {}, "routes": [] });
    for version in 1..3 {
        assert!(world.admin("PUT", "/gateway", Some(&routes)).is_success());
        let published = world.shared.replica.value(Space::Config, "gateway").unwrap();
        assert_eq!(published, json!({ "origins": {}, "routes": [], "version": version }));
    }
    assert_eq!(support::world::body(&world.admin("GET", "/gateway", None)), routes);
}

#[test]
fn changes_of_the_same_moment_are_published_together() {
    let world = World::new();
    assert_eq!(world.send_all(vec![put(&world, "x")]).remove(0).status, 201);
    world.shared.replica.delays.lock().unwrap().extend([1000]);
    let responses = world.send_all((0..50).map(|index| put(&world, &index.to_string())).collect());
    assert!(responses.iter().all(|response| response.header("x-published") == Some("true")));
    let landed = landed(&world);
    assert_eq!(landed.last(), Some(&51));
    assert!(landed.len() < 10, "{} writes", landed.len());
}
