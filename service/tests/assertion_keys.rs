//! The keys of assertions: origins know them before an edge signs, and for as long as one could.

#![allow(clippy::indexing_slicing, clippy::panic, clippy::unwrap_used, reason = "a failing test panics")]

use crate::support;

use std::collections::BTreeSet;
use std::sync::atomic::Ordering;

use base64ct::{Base64UrlUnpadded, Encoding};
use edge_authorizer::accounts::{AuthDocument, SigningSet};
use serde_json::{Value, json};
use service::host::{Key, ReplicaWrite, Space};
use service::http::Response;
use support::executor::Task;
use support::world::{EDGE_SEALING_KEY, Node, World, body};

const TTL: f64 = 30.0;
/// How long before it signs origins must have a key: what the control plane and KV keep, and the minute in which a verifier
/// does not ask again.
const LEAD: f64 = 2.0 * TTL + 60.0 + 60.0;
/// How long an edge may sign with a key that was replaced, and the life of an assertion.
const AFTERLIFE: f64 = 2.0 * TTL + 60.0 + 300.0 + 60.0;

fn world() -> World {
    World::with(1, &json!({ "CONFIG_TTL_SECONDS": "30", "CLOCK_SKEW_SECONDS": "0" }))
}

fn key_set(world: &World) -> Response {
    let Node { host, plane } = world.nodes[0].clone();
    let request = world.request("GET", "", None);
    let endpoint = AuthDocument::KeySet(SigningSet::Assertions);
    let task: Task<'_, Response> =
        Box::pin(async move { plane.auth_document(&*host, endpoint, &request).await });
    world.run(vec![task]).remove(0)
}

fn ids(world: &World) -> BTreeSet<String> {
    let set = body(&key_set(world));
    set["keys"].as_array().unwrap().iter().map(|key| key["kid"].as_str().unwrap().to_owned()).collect()
}

fn published(world: &World) -> Option<Value> {
    world.shared.replica.value(Space::Config, "assertion-key")
}

fn publications(world: &World) -> Vec<ReplicaWrite> {
    let landed = world.shared.replica.landed.lock().unwrap();
    landed.iter().filter(|write| write.key == "assertion-key").cloned().collect()
}

fn rotate(world: &World) -> u16 {
    world.admin("POST", "/issuer-keys/rotate?set=assertions", None).status
}

fn routes(audience: Option<&str>) -> Value {
    let mut origin = json!({ "url": "https://a.example" });
    if let Some(audience) = audience {
        origin["assertion"] = json!({ "audience": audience });
    }
    let route = json!({ "path": "/api/{project}/{*rest}", "origin": "a", "access": { "*": ["access"] } });
    json!({ "origins": { "a": origin }, "routes": [route] })
}

#[test]
fn the_slowest_verifier_knows_every_key_that_the_slowest_edge_signs_with() {
    let world = world();
    // By time: the public keys, and the key that signs as it is published.
    let mut seen: Vec<(f64, BTreeSet<String>, String)> = Vec::new();
    let mut rotations = 0;
    while rotations < 5 || seen.last().unwrap().0 < seen[0].0 + 3000.0 {
        let current = ids(&world);
        let signing = published(&world).unwrap()["kid"].as_str().unwrap().to_owned();
        seen.push((world.now(), current, signing));
        world.pass(10.0);
        rotations += usize::from(rotate(&world) == 200);
    }
    let begin = seen[0].0;
    for (now, _, signing) in &seen {
        for (other, known, _) in &seen {
            let is_needed = *other > now - LEAD + TTL && *other <= now + AFTERLIFE;
            let is_first = *signing == seen[0].2 && *other < begin + 1.0;
            assert!(!is_needed || is_first || known.contains(signing), "{signing} at {now}, {other}");
        }
    }
    assert!(seen.last().unwrap().1.len() <= 7, "{:?}", seen.last());
}

#[test]
fn the_key_that_signs_is_published_only_when_it_changes() {
    let mut world = world();
    ids(&world);
    for _ in 0..100 {
        world.pass(600.0);
        ids(&world);
    }
    assert_eq!(publications(&world).len(), 1);
    assert_eq!(rotate(&world), 200);
    // It is sealed anew.
    let other = Base64UrlUnpadded::encode_string(&[9; 32]);
    world.restart(&json!({ "EDGE_SEALING_KEY": other, "EDGE_SEALING_KEY_PREVIOUS": EDGE_SEALING_KEY }));
    ids(&world);
    world.pass(2.0);
    // The gateway is reached elsewhere.
    world.restart(&json!({ "EDGE_SEALING_KEY": other, "PUBLIC_URL": "https://other.example.com" }));
    ids(&world);
    let values: Vec<Value> = publications(&world)
        .iter()
        .map(|write| serde_json::from_str(write.value.as_ref().unwrap()).unwrap())
        .collect();
    assert_eq!(values.len(), 4);
    let versions: Vec<_> = values.iter().map(|value| value["version"].as_u64().unwrap()).collect();
    assert!(versions.is_sorted_by(|one, other| one < other), "{versions:?}");
    assert_ne!(values[0]["kid"], values[1]["kid"]);
    assert_eq!(values[1]["kid"], values[2]["kid"]);
    assert_ne!(values[1]["sealed"], values[2]["sealed"]);
    assert_eq!(values[3]["issuer"], "https://other.example.com/auth");
}

#[test]
fn a_key_stays_while_its_successor_cannot_be_published() {
    let world = world();
    let first = published_kid(&world);
    world.pass(LEAD);
    world.shared.replica.fails_writes.store(1_000_000, Ordering::Relaxed);
    assert_eq!(rotate(&world), 200);
    world.pass(10.0 * AFTERLIFE);
    assert_eq!(rotate(&world), 409, "edges still sign with the key before");
    assert!(ids(&world).contains(&first));
    world.shared.replica.fails_writes.store(0, Ordering::Relaxed);
    world.pass(2.0);
    assert!(ids(&world).contains(&first));
    world.pass(AFTERLIFE);
    world.pass(3600.0);
    assert!(!ids(&world).contains(&first));
    assert_eq!(rotate(&world), 200);
}

fn published_kid(world: &World) -> String {
    ids(world);
    published(world).unwrap()["kid"].as_str().unwrap().to_owned()
}

#[test]
fn keys_are_made_when_routes_first_need_them() {
    let world = world();
    let key = Key::SigningKeys(SigningSet::Assertions);
    assert_eq!(world.admin("PUT", "/gateway", Some(&routes(None))).status, 201);
    assert_eq!(world.admin("PUT", "/gateway?dryRun=true", Some(&routes(Some("insights")))).status, 200);
    assert_eq!(world.shared.store.value(&key), None);
    let saved = world.admin("PUT", "/gateway", Some(&routes(Some("insights"))));
    assert_eq!(body(&saved)["warnings"], json!([]));
    assert!(published(&world).is_some());
    // Access tokens have other keys, and none yet.
    assert_eq!(world.shared.store.value(&Key::SigningKeys(SigningSet::AccessTokens)), None);
}

#[test]
fn routes_without_assertion_keys_are_saved_with_a_warning() {
    for name in ["PUBLIC_URL", "EDGE_SEALING_KEY"] {
        let world = World::with(1, &json!({ name: "" }));
        let saved = world.admin("PUT", "/gateway", Some(&routes(Some("insights"))));
        assert_eq!(saved.status, 201);
        let warnings = body(&saved)["warnings"].to_string();
        assert!(warnings.contains(&format!("the variable `{name}` is not set")), "{warnings}");
        let refused = key_set(&world);
        assert_eq!((refused.status, &body(&refused)["code"]), (503, &json!("config_unavailable")));
    }
    let world = world();
    world.shared.replica.fails_writes.store(1, Ordering::Relaxed);
    let saved = world.admin("PUT", "/gateway", Some(&routes(Some("insights"))));
    assert!(body(&saved)["warnings"].to_string().contains("could not be published"), "{saved:?}");
    world.pass(2.0);
    assert!(published(&world).is_some());
}

#[test]
fn no_private_key_can_be_read_from_what_is_stored_published_or_answered() {
    let world = world();
    let answer = key_set(&world).body.unwrap();
    world.pass(LEAD);
    assert_eq!(rotate(&world), 200);
    let mut texts = world.shared.store.values();
    texts.extend(publications(&world).into_iter().filter_map(|write| write.value));
    texts.push(answer);
    texts.extend(world.admin("GET", "/issuer-keys?set=assertions", None).body);
    let made = world.shared.private_keys.lock().unwrap();
    assert_eq!(made.len(), 3);
    for pkcs8 in made.iter() {
        let place = pkcs8.windows(3).position(|bytes| bytes == [1, 4, 32]).unwrap() + 3;
        let scalar = Base64UrlUnpadded::encode_string(&pkcs8[place..place + 32]);
        let whole = Base64UrlUnpadded::encode_string(pkcs8);
        assert!(!texts.iter().any(|text| text.contains(&scalar) || text.contains(&whole)));
    }
}
