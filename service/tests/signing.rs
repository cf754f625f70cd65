//! The gateway's own issuer: its keys survive, are the same everywhere, and are readable nowhere.

#![allow(clippy::indexing_slicing, clippy::panic, clippy::unwrap_used, reason = "a failing test panics")]

use crate::support;

use std::collections::BTreeSet;
use std::sync::atomic::Ordering;

use base64ct::{Base64, Base64UrlUnpadded, Encoding};
use edge_authorizer::accounts::{AuthDocument, SigningSet};
use edge_authorizer::{FetchReason, KeyRecord};
use serde_json::json;
use service::host::{IssuerRequest, Issuers, Key, Space};
use service::http::Response;
use support::executor::Task;
use support::issuer::{ISSUER, STALENESS, key_ids, kid, published, rotate, sign, sign_on};
use support::world::{Node, PUBLIC_URL, SEALING_KEY, World, body};

#[test]
fn keys_survive_a_restart_and_a_new_sealing_key() {
    let mut world = World::new();
    let first = sign(&world);
    world.restart(&json!({}));
    assert_eq!(kid(&sign(&world)), kid(&first));
    let sealed =
        world.shared.store.value(&Key::SigningKeys(SigningSet::AccessTokens)).unwrap()["keys"].to_string();
    // The sealing key changes: what the former one sealed is sealed anew.
    let other = Base64UrlUnpadded::encode_string(&[9; 32]);
    world.restart(&json!({ "SEALING_KEY": other, "SEALING_KEY_PREVIOUS": SEALING_KEY }));
    assert_eq!(kid(&sign(&world)), kid(&first));
    let resealed =
        world.shared.store.value(&Key::SigningKeys(SigningSet::AccessTokens)).unwrap()["keys"].to_string();
    assert_ne!(resealed, sealed);
    world.restart(&json!({ "SEALING_KEY": other }));
    assert_eq!(kid(&sign(&world)), kid(&first));
    // With another key, nothing is signed, and the keys are kept.
    world.restart(&json!({}));
    assert_eq!(sign_on(&world, &world.nodes[0]), None);
    assert_eq!(
        world.shared.store.value(&Key::SigningKeys(SigningSet::AccessTokens)).unwrap()["keys"].to_string(),
        resealed
    );
    assert!(world.events().contains(&"not_signed".to_owned()));
}

#[test]
fn no_private_key_can_be_read_from_what_is_stored_published_answered_or_logged() {
    let world = World::new();
    sign(&world);
    world.pass(STALENESS);
    let rotated = rotate(&world);
    sign(&world);
    let listed = world.admin("GET", "/issuer-keys", None);
    let answers = [rotated, listed].map(|response| response.body.unwrap());
    let mut texts = world.shared.store.values();
    texts.extend(world.shared.replica.landed.lock().unwrap().iter().filter_map(|write| write.value.clone()));
    texts.extend(world.shared.lines.lock().unwrap().iter().cloned());
    texts.extend(answers);
    let made = world.shared.private_keys.lock().unwrap();
    assert_eq!(made.len(), 3);
    for pkcs8 in made.iter() {
        // The private key itself is 32 bytes after a fixed beginning (RFC 5915).
        let place = pkcs8.windows(3).position(|bytes| bytes == [1, 4, 32]).unwrap() + 3;
        let scalar = &pkcs8[place..place + 32];
        let hex = scalar.iter().map(|byte| format!("{byte:02x}")).collect::<Vec<_>>().concat();
        let forms = [Base64UrlUnpadded::encode_string(scalar), Base64::encode_string(scalar), hex];
        let whole = [Base64UrlUnpadded::encode_string(pkcs8), Base64::encode_string(pkcs8)];
        for form in forms.iter().chain(&whole) {
            assert!(!texts.iter().any(|text| text.contains(&**form)));
        }
        assert!(!texts.iter().any(|text| text.contains("\"d\"")));
    }
}

#[test]
fn nodes_that_start_at_once_have_the_same_keys() {
    for seed in 1..20 {
        let mut world = World::with(3, &json!({}));
        world.seed = seed;
        world.shared.store.pauses.store(2, Ordering::Relaxed);
        let tasks = world.nodes.iter().map(|node| {
            let node = node.clone();
            let task: Task<'_, Option<String>> = Box::pin(async move {
                node.plane
                    .sign(&*node.host, "at+jwt", &json!({ "iss": ISSUER, "exp": 2, "iat": 1 }))
                    .await
                    .ok()
            });
            task
        });
        let _some_are_unavailable = world.run(tasks.collect());
        for _ in 0..12 {
            world.pass(2.0);
        }
        let kids: BTreeSet<_> = world.nodes.iter().map(|node| kid(&sign_on(&world, node).unwrap())).collect();
        assert_eq!(kids.len(), 1, "seed {seed}");
        assert_eq!(key_ids(&published(&world).unwrap()).len(), 2);
    }
}

#[test]
fn a_key_does_not_sign_before_it_is_published() {
    let world = World::new();
    world.shared.replica.fails_writes.store(3, Ordering::Relaxed);
    assert_eq!(sign_on(&world, &world.nodes[0]), None);
    world.settle();
    for _ in 0..5 {
        world.pass(2.0);
    }
    let first = sign(&world);
    // The next key cannot be published: the current one goes on.
    world.shared.replica.fails_writes.store(1_000_000, Ordering::Relaxed);
    world.pass(STALENESS);
    assert_eq!(rotate(&world).status, 200, "the next key is known everywhere");
    assert!(sign_on(&world, &world.nodes[0]).is_some());
    world.pass(10.0 * STALENESS);
    assert_eq!(rotate(&world).status, 409, "the one after it is known nowhere");
    assert_ne!(kid(&sign(&world)), kid(&first));
}

#[test]
fn questions_about_the_own_issuer_are_answered_from_the_keys_and_never_fetched() {
    let world = World::new();
    for reason in [FetchReason::Due, FetchReason::Newer, FetchReason::Glance] {
        let Node { host, .. } = world.nodes[0].clone();
        let ask: Task<'_, _> =
            Box::pin(async move { host.ask_issuer(ISSUER, &IssuerRequest::Keys(reason)).await.unwrap() });
        let response = world.run(vec![ask]).remove(0);
        assert_eq!(key_ids(&response.record.unwrap()), key_ids(&published(&world).unwrap()));
        assert_eq!(
            response.schedule.attempted,
            Some(edge_authorizer::NumericDate::from_seconds(world.now()))
        );
    }
    for request in ["Register", "Unregister"] {
        let Node { host, .. } = world.nodes[0].clone();
        let project = "p1".to_owned();
        let request = if request == "Register" {
            IssuerRequest::Register { project }
        } else {
            IssuerRequest::Unregister { project }
        };
        let ask: Task<'_, _> = Box::pin(async move { host.ask_issuer(ISSUER, &request).await.is_ok() });
        assert_eq!(world.run(vec![ask]), [true]);
    }
    assert!(published(&world).is_some());
    assert_eq!(world.shared.network.fetches(), 0);
}

#[test]
fn keys_are_published_anew_before_readers_find_them_too_old() {
    let world = World::new();
    sign(&world);
    for _ in 0..200 {
        world.pass(600.0);
        let record = KeyRecord::parse(&published(&world).unwrap()).unwrap();
        assert!(world.now() < record.expires().as_seconds());
    }
}

#[test]
fn another_public_url_has_its_keys_published_under_its_issuer() {
    let mut world = World::new();
    let first = sign(&world);
    world.restart(&json!({ "PUBLIC_URL": "https://other.example.com" }));
    assert_eq!(kid(&sign(&world)), kid(&first));
    assert!(world.shared.replica.value(Space::Keys, "https://other.example.com/auth").is_some());
    assert_eq!(rotate(&world).status, 409, "the next key is known nowhere there");
}

fn document(world: &World, method: &str, endpoint: AuthDocument) -> Response {
    let Node { host, plane } = world.nodes[0].clone();
    let request = world.request(method, "", None);
    let task: Task<'_, Response> =
        Box::pin(async move { plane.auth_document(&*host, endpoint, &request).await });
    world.run(vec![task]).remove(0)
}

#[test]
fn the_documents_of_the_issuer_agree_with_what_is_published() {
    let world = World::new();
    let metadata = document(&world, "GET", AuthDocument::Metadata);
    assert_eq!(metadata.header("cache-control"), Some("public, max-age=60"));
    let metadata = body(&metadata);
    assert_eq!(
        (metadata["issuer"].as_str(), metadata["jwks_uri"].as_str()),
        (Some(ISSUER), Some(&*format!("{PUBLIC_URL}/auth/jwks")))
    );
    let keys = document(&world, "GET", AuthDocument::KeySet(SigningSet::AccessTokens));
    assert_eq!(keys.header("content-type"), Some("application/jwk-set+json"));
    assert_eq!(body(&keys), published(&world).unwrap()["jwks"]);
    assert_eq!(document(&world, "POST", AuthDocument::KeySet(SigningSet::AccessTokens)).status, 405);
}

#[test]
fn a_missing_variable_is_named_and_nothing_is_made_without_it() {
    for name in ["PUBLIC_URL", "SEALING_KEY"] {
        let world = World::with(1, &json!({ name: "" }));
        let reason = format!("the variable `{name}` is not set");
        for endpoint in [AuthDocument::Metadata, AuthDocument::KeySet(SigningSet::AccessTokens)] {
            let response = document(&world, "GET", endpoint);
            assert_eq!(response.status, 503);
            assert_eq!(body(&response)["code"], "config_unavailable");
            assert_eq!(body(&response)["reason"], reason);
        }
        let response = world.admin("GET", "/issuer-keys", None);
        assert_eq!((response.status, &body(&response)["reason"]), (503, &json!(reason)));
        assert_eq!(sign_on(&world, &world.nodes[0]), None);
        assert!(world.shared.store.values().is_empty());
    }
}
