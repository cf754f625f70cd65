//! A signing key that was stolen is removed at once; who did it, and every rotation, is in the audit log.

#![allow(clippy::indexing_slicing, clippy::panic, clippy::unwrap_used, reason = "a failing test panics")]

use crate::support;

use std::sync::atomic::Ordering;

use base64ct::{Base64UrlUnpadded, Encoding};
use serde_json::{Value, json};
use service::http::Response;
use support::issuer::{STALENESS, key_ids, kid, published, rotate, sign, sign_on, verifies};
use support::world::{World, body};

fn remove(world: &World, kid: &str) -> Response {
    world.admin("DELETE", &format!("/issuer-keys/{kid}"), None)
}

/// The keys as an administrator sees them: `(state, kid)`.
fn states(answer: &Response) -> Vec<(String, String)> {
    let text = |key: &Value, name: &str| key[name].as_str().unwrap().to_owned();
    let keys = body(answer)["keys"].as_array().unwrap().clone();
    keys.iter().map(|key| (text(key, "state"), text(key, "kid"))).collect()
}

fn kid_of(world: &World, state: &str) -> String {
    let listed = states(&world.admin("GET", "/issuer-keys", None));
    listed.into_iter().find(|(name, _)| name == state).unwrap().1
}

/// `(who, change, before, after)` of each entry of the audit log, oldest first.
fn audit(world: &World) -> Vec<Value> {
    let page = body(&world.admin("GET", "/issuer-keys/audit-log", None));
    let items = page["items"].as_array().unwrap().clone();
    let line = |item: &Value| json!([item["author"]["who"], item["change"], item["outcome"]]);
    items.iter().rev().map(line).collect()
}

#[test]
fn the_key_that_signs_is_removed_at_once_and_the_next_one_signs() {
    let world = World::new();
    let stolen = sign(&world);
    let next = kid_of(&world, "next");
    // Long before the next key may sign by itself.
    assert_eq!(rotate(&world).status, 409);
    let removed = remove(&world, &kid(&stolen));
    assert_eq!(removed.status, 200, "{removed:?}");
    let listed = states(&removed);
    assert_eq!((listed.len(), &listed[0]), (2, &("current".to_owned(), next.clone())));
    let warnings = body(&removed)["warnings"].as_array().unwrap().len();
    assert_eq!(warnings, 2);
    let record = published(&world).unwrap();
    assert!(!key_ids(&record).contains(&kid(&stolen)) && !verifies(&record, &stolen));
    // The worker that was asked does not go on with the stolen key.
    let token = sign(&world);
    assert_eq!(kid(&token), next);
    assert!(verifies(&record, &token));
}

#[test]
fn former_and_next_keys_are_removed_without_touching_the_one_that_signs() {
    let world = World::new();
    let first = sign(&world);
    world.pass(STALENESS);
    assert_eq!(rotate(&world).status, 200);
    let current = kid(&sign(&world));
    let removed = remove(&world, &kid(&first));
    assert_eq!(states(&removed).iter().map(|(state, _)| &**state).collect::<Vec<_>>(), ["current", "next"]);
    assert!(!key_ids(&published(&world).unwrap()).contains(&kid(&first)));
    let next = kid_of(&world, "next");
    let removed = remove(&world, &next);
    assert_eq!(body(&removed)["warnings"], json!([]));
    assert_ne!(kid_of(&world, "next"), next);
    assert!(!key_ids(&published(&world).unwrap()).contains(&next));
    assert_eq!(kid(&sign(&world)), current);
    assert_eq!(rotate(&world).status, 409, "the new next key is known nowhere");
}

#[test]
fn both_keys_can_be_removed_one_after_the_other() {
    let world = World::new();
    sign(&world);
    let stolen = [kid_of(&world, "current"), kid_of(&world, "next")];
    for kid in &stolen {
        assert_eq!(remove(&world, kid).status, 200);
    }
    let token = sign(&world);
    let record = published(&world).unwrap();
    assert!(stolen.iter().all(|stolen| !key_ids(&record).contains(stolen)));
    assert!(verifies(&record, &token) && key_ids(&record).len() == 2);
}

#[test]
fn a_key_that_replaces_a_removed_one_signs_once_it_is_published() {
    let world = World::new();
    let stolen = sign(&world);
    world.shared.replica.fails_writes.store(2, Ordering::Relaxed);
    // The change is made, even if it cannot be published yet; removing it again finds nothing.
    let removed = remove(&world, &kid(&stolen));
    assert!(removed.status == 200 && body(&removed)["warnings"].to_string().contains("is not published yet"));
    for _ in 0..4 {
        world.pass(2.0);
    }
    assert_eq!(remove(&world, &kid(&stolen)).status, 404);
    let token = sign_on(&world, &world.nodes[0]).unwrap();
    assert_ne!(kid(&token), kid(&stolen));
    assert!(verifies(&published(&world).unwrap(), &token));
}

#[test]
fn rotations_and_removals_are_in_the_audit_log() {
    let world = World::new();
    sign(&world);
    let keys = [kid_of(&world, "current"), kid_of(&world, "next")];
    let set = "access-tokens";
    let rotation = json!({ "rotate_signing_key": { "set": set } });
    let removal = |kid: &str| json!({ "remove_signing_key": { "set": set, "kid": kid } });
    let admin = "platform-admin";
    assert!(audit(&world).is_empty(), "making the first keys is no rotation");
    rotate(&world);
    remove(&world, "unknown");
    world.pass(STALENESS);
    rotate(&world);
    remove(&world, &keys[0]);
    world.pass(31.0 * 86_400.0);
    let third = kid(&sign(&world));
    let made = |before: &str, after: &str| json!({ "before": { "kid": before }, "after": { "kid": after } });
    let expected = [
        json!([admin, rotation, { "refusal": "rotation_too_soon" }]),
        json!([admin, removal("unknown"), { "refusal": "not_found" }]),
        json!([admin, rotation, made(&keys[0], &keys[1])]),
        json!([admin, removal(&keys[0]), made(&keys[1], &keys[1])]),
        json!(["schedule", rotation, made(&keys[1], &third)]),
    ];
    assert_eq!(audit(&world), expected);
}

#[test]
fn keys_that_no_sealing_key_opens_are_removed_and_new_ones_sign() {
    let mut world = World::new();
    sign(&world);
    let lost = [kid_of(&world, "current"), kid_of(&world, "next")];
    world.restart(&json!({ "SEALING_KEY": Base64UrlUnpadded::encode_string(&[9; 32]) }));
    assert_eq!(sign_on(&world, &world.nodes[0]), None);
    assert_eq!(rotate(&world).status, 503);
    assert_eq!([kid_of(&world, "current"), kid_of(&world, "next")], lost);
    for kid in &lost {
        assert_eq!(remove(&world, kid).status, 200);
    }
    let token = sign(&world);
    let record = published(&world).unwrap();
    assert!(verifies(&record, &token) && lost.iter().all(|kid| !key_ids(&record).contains(kid)));
}
