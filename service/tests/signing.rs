//! The gateway's own issuer: its keys are known before they sign, survive, and are readable nowhere.

#![allow(clippy::indexing_slicing, clippy::panic, clippy::unwrap_used, reason = "a failing test panics")]

mod support;

use std::collections::{BTreeMap, BTreeSet};
use std::sync::atomic::Ordering;

use base64ct::{Base64, Base64UrlUnpadded, Encoding};
use edge_authorizer::accounts::{AuthDocument, SigningSet};
use edge_authorizer::{FetchReason, KeyOutcome, KeyRecord, SignatureCheck, Token};
use serde_json::{Value, json};
use service::host::{IssuerRequest, Issuers, Key, Space};
use service::http::Response;
use support::executor::Task;
use support::keys::check;
use support::world::{Node, PUBLIC_URL, SEALING_KEY, World, body};

const ISSUER: &str = "https://gateway.example.com/auth";
const TTL: f64 = 30.0;
/// For how long a reader may not see what was published: the memory of the edge, twice, and KV's.
const STALENESS: f64 = 2.0 * TTL + 60.0;
const TOKEN_LIFE: f64 = 3600.0;

/// Signs a token on one node.
fn sign_on(world: &World, node: &Node) -> Option<String> {
    let (node, now) = (node.clone(), world.now());
    let task: Task<'_, Option<String>> = Box::pin(async move {
        let claims = json!({ "iss": ISSUER, "sub": "p1/a", "iat": now, "exp": now + TOKEN_LIFE });
        node.plane.sign(&*node.host, "at+jwt", &claims).await.ok()
    });
    world.run(vec![task]).remove(0)
}

fn sign(world: &World) -> String {
    sign_on(world, &world.nodes[0]).unwrap()
}

fn published(world: &World) -> Option<Value> {
    world.shared.replica.value(Space::Keys, ISSUER)
}

fn key_ids(record: &Value) -> BTreeSet<String> {
    let keys = record["jwks"]["keys"].as_array().unwrap();
    keys.iter().map(|key| key["kid"].as_str().unwrap().to_owned()).collect()
}

/// Whether a reader of the record accepts the signature.
fn verifies(record: &Value, text: &str) -> bool {
    let record = KeyRecord::parse(record).unwrap();
    let token = Token::parse(text).unwrap();
    let named = record.keys().keys().iter().filter(|key| key.id() == token.key_id());
    let (algorithm, signing_input, signature) = (token.algorithm(), token.signing_input(), token.signature());
    let mut outcomes =
        named.map(|key| check(&SignatureCheck { project: None, algorithm, key, signing_input, signature }));
    outcomes.any(|outcome| outcome == KeyOutcome::Verified)
}

fn kid(text: &str) -> String {
    Token::parse(text).unwrap().key_id().unwrap().to_owned()
}

fn rotate(world: &World) -> Response {
    world.admin("POST", "/issuer-keys/rotate", None)
}

/// What readers see over time, and the tokens that they get.
struct Watch {
    world: World,
    /// What was published, and since when.
    seen: Vec<(f64, Value)>,
    /// When each key signed last.
    last: BTreeMap<String, f64>,
    /// The keys that signed, in their order.
    signed: Vec<String>,
}

impl Watch {
    fn new() -> Self {
        let world = World::with(1, &json!({ "CONFIG_TTL_SECONDS": "30", "CLOCK_SKEW_SECONDS": "0" }));
        let (seen, last, signed) = Default::default();
        let mut watch = Self { world, seen, last, signed };
        watch.look();
        watch
    }

    /// Signs a token, and checks it as the slowest reader does; that reader knows the key of each token that has not expired.
    fn look(&mut self) {
        let (now, token) = (self.world.now(), sign(&self.world));
        let record = published(&self.world).unwrap();
        if self.seen.last().is_none_or(|(_, last)| *last != record) {
            self.seen.push((now, record));
        }
        if self.signed.last() != Some(&kid(&token)) {
            self.signed.push(kid(&token));
        }
        self.last.insert(kid(&token), now);
        self.last.retain(|_, at| *at + TOKEN_LIFE >= now);
        // What the slowest reader has; the first record is no older than what a reader fetches who has none.
        let old = self.seen.iter().rposition(|(since, _)| *since <= now - STALENESS).unwrap_or(0);
        self.seen.drain(..old);
        for (_, record) in [&self.seen[0], self.seen.last().unwrap()] {
            let ids = key_ids(record);
            assert!(verifies(record, &token), "at {now}");
            assert!(self.last.keys().all(|kid| ids.contains(kid)), "at {now}: {:?}", self.last);
        }
    }

    fn pass(&mut self, seconds: f64) {
        self.world.pass(seconds);
        self.look();
    }
}

#[test]
fn the_slowest_reader_knows_every_key_that_signs_over_20_scheduled_rotations() {
    let mut watch = Watch::new();
    while watch.signed.len() <= 20 {
        let count = watch.signed.len();
        watch.pass(43_200.0);
        if watch.signed.len() > count {
            for _ in 0..30 {
                watch.pass(10.0);
            }
        }
    }
    let days = (watch.world.now() - support::world::START) / 86_400.0;
    assert!((600.0..611.0).contains(&days), "{days} days");
    assert_eq!(watch.signed.iter().collect::<BTreeSet<_>>().len(), 21);
    // The current, the next, and one that a token may still have.
    assert!(key_ids(&published(&watch.world).unwrap()).len() <= 3);
}

#[test]
fn the_slowest_reader_knows_every_key_that_signs_over_20_rotations_by_hand() {
    let mut watch = Watch::new();
    for _ in 0..20 {
        let refused = rotate(&watch.world);
        assert_eq!((refused.status, body(&refused)["code"].as_str()), (409, Some("rotation_too_soon")));
        let wait: f64 = refused.header("retry-after").unwrap().parse().unwrap();
        assert!(wait <= STALENESS + 1.0, "{wait}");
        let end = watch.world.now() + wait;
        while watch.world.now() < end {
            watch.pass((end - watch.world.now()).min(10.0));
        }
        let rotated = rotate(&watch.world);
        assert_eq!(rotated.status, 200, "{rotated:?}");
        watch.look();
    }
    for _ in 0..4 {
        watch.pass(10.0);
    }
    assert_eq!(watch.signed.len(), 21);
    for _ in 0..5 {
        watch.pass(1000.0);
    }
    assert_eq!(key_ids(&published(&watch.world).unwrap()).len(), 2, "those that signed are forgotten");
}

#[test]
fn a_key_set_is_bounded_however_often_it_is_rotated() {
    let world = World::with(1, &json!({ "CONFIG_TTL_SECONDS": "0", "CLOCK_SKEW_SECONDS": "300" }));
    sign(&world);
    for _ in 0..120 {
        world.pass(60.0);
        assert_eq!(rotate(&world).status, 200);
    }
    let record = published(&world).unwrap();
    assert!((60..=100).contains(&key_ids(&record).len()), "{}", key_ids(&record).len());
    assert!(verifies(&record, &sign(&world)));
}

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
