//! The token endpoint against hosts in memory.

#![allow(clippy::indexing_slicing, clippy::panic, clippy::unwrap_used, reason = "a failing test panics")]

use crate::support;

use std::sync::atomic::Ordering;

use base64ct::{Base64, Base64UrlUnpadded, Encoding};
use edge_authorizer::accounts::{ASSERTION_TYPE, ClientSecret};
use serde_json::{Value, json};
use service::host::{AuditRange, Commit, Store};
use service::http::{Request, Response};
use support::executor::{Task, pause};
use support::tokens::public_key;
use support::world::{Node, PUBLIC_URL, START, World, body, project_key};

/// When the tests begin, in whole seconds.
const BEGAN: u64 = 1_800_000_000;

const FORM: &str = "application/x-www-form-urlencoded";
const GRANT: &str = "grant_type=client_credentials";

fn secret(number: u8) -> String {
    ClientSecret::new(&[number; 32]).reveal().to_owned()
}

/// The accounts of `p1`: `ci` with the secrets 1 and, expired, 2 and a key; `off`, which is disabled, with secret 1.
fn world_with(nodes: usize, variables: &Value) -> World {
    let world = World::with(nodes, variables);
    let stored = |id: &str, number: u8, expires_at: Option<u64>| {
        let digest = ClientSecret::new(&[number; 32]).digest();
        json!({ "secretId": id, "sha256": digest, "createdAt": 1000, "expiresAt": expires_at })
    };
    let account = |id: &str, disabled: bool| {
        json!({
            "id": id, "label": { "en": id }, "roles": ["access", "owner"], "disabled": disabled,
            "jwks": { "keys": [public_key("ec256-1", "k1")] },
            "secrets": [stored("s1", 1, None), stored("s2", 2, Some(BEGAN))],
        })
    };
    let record = json!({
        "format": 1, "exists": true, "version": 1, "published": 1, "label": null,
        "serviceAccounts": [account("ci", false), account("off", true)],
    });
    let host = world.nodes[0].host.clone();
    let commit = Commit { value: Some(record.to_string()), ..Commit::default() };
    world.run(vec![Box::pin(async move {
        host.shared.store.commit(&project_key("p1"), None, commit, START).await.unwrap();
    })]);
    let _created = world.admin("PUT", "/projects/p1", Some(&json!({ "label": { "en": "P1" } })));
    world
}

fn world() -> World {
    world_with(1, &json!({}))
}

fn basic(client: &str, secret: &str) -> String {
    let text = format!("{}:{secret}", client.replace('/', "%2F"));
    format!("Basic {}", Base64::encode_string(text.as_bytes()))
}

fn request(world: &World, authorization: Option<&str>, address: &str) -> Request {
    let mut request = world.request("POST", "", authorization);
    "/auth/token".clone_into(&mut request.path);
    request.address = Some(address.to_owned());
    request.headers.push(("content-type".to_owned(), FORM.to_owned()));
    request
}

/// Sends requests at once, each to a node in turn.
fn send_all(world: &World, requests: Vec<(Request, String)>) -> Vec<Response> {
    let tasks = requests.into_iter().zip(world.nodes.iter().cycle()).map(|((request, form), node)| {
        let Node { host, plane } = node.clone();
        let task: Task<'_, Response> =
            Box::pin(async move { plane.token(&*host, &request, Some(form.into_bytes())).await });
        task
    });
    world.run(tasks.collect())
}

fn send(world: &World, authorization: Option<&str>, form: &str) -> Response {
    let request = request(world, authorization, "203.0.113.7");
    send_all(world, vec![(request, form.to_owned())]).remove(0)
}

fn by_secret(world: &World, client: &str, number: u8, address: &str) -> Response {
    let request = request(world, Some(&basic(client, &secret(number))), address);
    send_all(world, vec![(request, GRANT.to_owned())]).remove(0)
}

fn assertion(world: &World, client: &str, changes: &Value) -> String {
    let now = world.now();
    let mut claims = json!({
        "iss": client, "sub": client, "aud": format!("{PUBLIC_URL}/auth"), "iat": now, "exp": now + 60.0, "jti": "one",
    });
    claims.as_object_mut().unwrap().extend(changes.as_object().unwrap().clone());
    let jws =
        support::keys::keys()["ec256-1"].sign("ES256", &json!({ "alg": "ES256", "kid": "k1" }), &claims);
    format!("{GRANT}&client_assertion_type={ASSERTION_TYPE}&client_assertion={jws}")
}

fn claims(response: &Response) -> (Value, Value) {
    let token = body(response)["access_token"].as_str().unwrap().to_owned();
    let part = |index: usize| {
        let bytes = Base64UrlUnpadded::decode_vec(token.split('.').nth(index).unwrap()).unwrap();
        serde_json::from_slice(&bytes).unwrap()
    };
    (part(0), part(1))
}

/// The entries of the audit log of a project, or of the platform, newest first.
fn audit(world: &World, project: &str) -> Vec<Value> {
    let key = project_key(project);
    let host = world.nodes[0].host.clone();
    let range = AuditRange { before: None, is_since_begin: false, limit: 50 };
    let rows = world.run(vec![Box::pin(async move { host.audit(&key, range).await.unwrap() })]);
    rows[0].iter().map(|row| serde_json::from_str(&row.entry).unwrap()).collect()
}

#[test]
fn a_client_gets_a_token_by_its_secret() {
    let world = world();
    for (authorization, form) in [
        (Some(basic("p1/ci", &secret(1))), format!("{GRANT}&scope=access")),
        (None, format!("{GRANT}&client_id=p1%2Fci&client_secret={}&scope=access", secret(1))),
    ] {
        let response = send(&world, authorization.as_deref(), &form);
        assert_eq!(response.status, 200, "{:?}", response.body);
        for (name, value) in
            [("content-type", "application/json"), ("cache-control", "no-store"), ("pragma", "no-cache")]
        {
            assert_eq!(response.header(name), Some(value));
        }
        let answer = body(&response);
        assert_eq!((&answer["token_type"], &answer["expires_in"]), (&json!("Bearer"), &json!(600)));
        assert_eq!(answer["scope"], "access");
        let (header, claims) = claims(&response);
        assert_eq!((&header["typ"], &header["alg"]), (&json!("at+jwt"), &json!("ES256")));
        let issuer = format!("{PUBLIC_URL}/auth");
        assert_eq!((&claims["iss"], &claims["aud"]), (&json!(issuer), &json!(PUBLIC_URL)));
        assert!(["sub", "client_id", "azp"].iter().all(|name| claims[*name] == "p1/ci"));
        assert_eq!((&claims["roles"], &claims["scope"]), (&json!(["p1.access"]), &json!("access")));
        assert_eq!((&claims["iat"], &claims["exp"]), (&json!(BEGAN), &json!(BEGAN + 600)));
    }
}

#[test]
fn refusals_do_not_show_what_is_wrong() {
    let world = world();
    let refused = by_secret(&world, "p1/ci", 9, "192.0.2.1");
    assert_eq!((refused.status, refused.header("www-authenticate").is_some()), (401, true));
    let visible = |response: &Response| {
        let mut headers = response.headers.clone();
        headers.retain(|(name, _)| *name != "x-request-id");
        (response.status, headers, response.body.clone())
    };
    for (client, number) in
        [("p1/ci", 2), ("p1/off", 1), ("p1/none", 1), ("none/ci", 1), ("p1", 1), ("platform/ci", 1)]
    {
        let other = by_secret(&world, client, number, "192.0.2.1");
        assert_eq!(visible(&other), visible(&refused), "{client} {number}");
    }
    let other = send(&world, None, &assertion(&world, "p1/none", &json!({})));
    assert_eq!(visible(&other), visible(&refused));
    let scope = send(&world, Some(&basic("p1/ci", &secret(1))), &format!("{GRANT}&scope=admin"));
    assert_eq!((scope.status, &body(&scope)["error"]), (400, &json!("invalid_scope")));
}

#[test]
fn guessing_ends_for_a_client_at_an_address() {
    let world = world();
    for _ in 0..10 {
        assert_eq!(by_secret(&world, "p1/ci", 9, "192.0.2.1").status, 401);
    }
    let refused = by_secret(&world, "p1/ci", 1, "192.0.2.1");
    assert_eq!((refused.status, refused.header("retry-after")), (429, Some("60")));
    assert_eq!(by_secret(&world, "p1/ci", 1, "192.0.2.2").status, 200);
    let entries = audit(&world, "p1");
    let burst = entries.iter().find(|entry| entry["outcome"]["refusal"] == "too_many_failures").unwrap();
    assert_eq!(burst["change"]["request_token"]["client"], "p1/ci");
    assert_eq!(
        (&burst["author"]["who"], &burst["author"]["address"]),
        (&json!("unauthenticated"), &json!("192.0.2.1"))
    );
    world.pass(60.0);
    assert_eq!(by_secret(&world, "p1/ci", 1, "192.0.2.1").status, 200);
}

#[test]
fn invented_projects_do_not_fill_the_audit_log_of_the_platform() {
    let world = world();
    let boss = json!({ "id": "boss", "label": { "en": "Boss" }, "roles": ["admin"] });
    assert_eq!(world.admin("POST", "/service-accounts", Some(&boss)).status, 201);
    let made = audit(&world, "platform").len();
    for number in 0..40 {
        for _ in 0..10 {
            let client = format!("invented{number}/aa");
            assert_eq!(by_secret(&world, &client, 9, "192.0.2.1").status, 401);
        }
    }
    assert_eq!(audit(&world, "platform").len(), made);
    for _ in 0..10 {
        assert_eq!(by_secret(&world, "platform/aa", 9, "192.0.2.1").status, 401);
    }
    assert_eq!(audit(&world, "platform").len(), made + 1);
}

#[test]
fn the_use_of_a_secret_is_noted_once_an_hour_and_its_first_one_audited() {
    let world = world();
    let commits = || world.shared.store.commits.load(Ordering::Relaxed);
    let used = || {
        world.shared.store.value(&project_key("p1")).unwrap()["serviceAccounts"][0]["secrets"][0]["lastUsedAt"]
            .clone()
    };
    let audited =
        || audit(&world, "p1").iter().filter(|entry| !entry["change"]["use_secret"].is_null()).count();
    assert_eq!((used(), audited()), (Value::Null, 0));
    let before = by_secret(&world, "p1/ci", 1, "192.0.2.1");
    assert_eq!(before.status, 200);
    assert_eq!((used(), audited()), (json!(BEGAN), 1));
    let entry = &audit(&world, "p1")[0];
    assert_eq!(entry["change"]["use_secret"], json!({ "account": "ci", "secretId": "s1" }));
    assert_eq!(entry["author"]["who"], json!({ "idp": "accounts", "subject": "p1/ci" }));
    world.pass(3599.0);
    assert_eq!(by_secret(&world, "p1/ci", 1, "192.0.2.1").status, 200);
    let count = commits();
    assert_eq!(by_secret(&world, "p1/ci", 1, "192.0.2.1").status, 200);
    assert_eq!(used(), json!(BEGAN));
    assert_eq!(commits(), count, "no commit for a token");
    world.pass(1.0);
    assert_eq!(by_secret(&world, "p1/ci", 1, "192.0.2.1").status, 200);
    assert_eq!((used(), audited()), (json!(BEGAN + 3600), 1));
}

#[test]
fn an_assertion_is_accepted_once_by_all_processes() {
    let world = world_with(2, &json!({}));
    let form = assertion(&world, "p1/ci", &json!({}));
    let both = (0..2).map(|_| (request(&world, None, "192.0.2.1"), form.clone())).collect();
    let mut statuses: Vec<_> = send_all(&world, both).iter().map(|response| response.status).collect();
    statuses.sort_unstable();
    assert_eq!(statuses, [200, 401]);
    world.pass(30.0);
    assert_eq!(send(&world, None, &form).status, 401);
    assert_eq!(send(&world, None, &assertion(&world, "p1/ci", &json!({ "jti": "two" }))).status, 200);
    for changes in [json!({ "aud": format!("{PUBLIC_URL}/auth/token") }), json!({ "aud": PUBLIC_URL })] {
        assert_eq!(send(&world, None, &assertion(&world, "p1/ci", &changes)).status, 401, "{changes}");
    }
    assert_eq!(send(&world, None, &assertion(&world, "p1/off", &json!({ "jti": "three" }))).status, 401);
}

#[test]
fn what_is_missing_or_down_is_said() {
    for (variables, missing) in
        [(json!({ "PUBLIC_URL": "" }), "PUBLIC_URL"), (json!({ "SEALING_KEY": "" }), "SEALING_KEY")]
    {
        let response = by_secret(&World::with(1, &variables), "p1/ci", 1, "192.0.2.1");
        assert_eq!((response.status, &body(&response)["code"]), (503, &json!("config_unavailable")));
        assert!(body(&response)["reason"].as_str().unwrap().contains(missing));
    }
    let world = world();
    world.shared.store.is_down.store(true, Ordering::Relaxed);
    let response = by_secret(&world, "p1/ci", 1, "192.0.2.1");
    assert_eq!((response.status, response.header("retry-after")), (503, Some("5")));
    assert_eq!(body(&response)["error"], "temporarily_unavailable");
}

#[test]
fn a_body_that_is_too_long_is_refused() {
    let world = world();
    let response =
        send(&world, Some(&basic("p1/ci", &secret(1))), &format!("{GRANT}&x={}", "x".repeat(32 * 1024)));
    assert_eq!((response.status, &body(&response)["error"]), (413, &json!("invalid_request")));
}

#[test]
fn a_token_that_is_requested_within_the_second_of_a_revocation_is_issued_after_it() {
    let world = world();
    assert_eq!(world.admin("POST", "/projects/p1/service-accounts/ci/secrets", Some(&json!({}))).status, 201);
    let (request, form) = (request(&world, None, "192.0.2.1"), assertion(&world, "p1/ci", &json!({})));
    let Node { host, plane } = world.nodes[0].clone();
    let time = host.shared.clone();
    let responses = world.run(vec![
        Box::pin(async move { Some(plane.token(&*host, &request, Some(form.into_bytes())).await) }),
        Box::pin(async move {
            pause(500).await;
            *time.time.lock().unwrap() += 1.0;
            None
        }),
    ]);
    let response = responses[0].as_ref().unwrap();
    assert_eq!(response.status, 200, "{:?}", response.body);
    assert_eq!(claims(response).1["iat"], json!(BEGAN + 1));
}
