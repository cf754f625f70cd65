//! Service accounts and callers with a role on the platform, against hosts in memory.

#![allow(clippy::indexing_slicing, clippy::panic, clippy::unwrap_used, reason = "a failing test panics")]

use crate::support;

use edge_authorizer::ProjectId;
use serde_json::{Value, json};
use service::host::{Commit, Key, ReplicaWrite, Space, Store};
use support::world::{PUBLIC_URL, START, World, body, project_key};

/// A world with the project `p1`.
fn world() -> World {
    let world = World::new();
    assert_eq!(world.admin("PUT", "/projects/p1", Some(&json!({}))).status, 201);
    world
}

fn account(id: &str, role: &str) -> Value {
    json!({ "id": id, "label": { "en": id }, "roles": [role] })
}

/// The status of a request to the management API with a token of an account.
fn status(world: &World, client: &str, role: &str, method: &str, target: &str) -> u16 {
    let token = world.account_token(client, &[role.to_owned()]);
    let request = world.request(method, target, Some(&format!("Bearer {token}")));
    world.send_all(vec![(request, None)]).remove(0).status
}

#[test]
fn access_is_taken_away_where_there_is_no_room() {
    let world = world();
    let base = "/projects/p1/service-accounts";
    let key = |padding: usize| {
        let x = "AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA";
        json!({ "keys": [{ "kty": "OKP", "crv": "Ed25519", "x": x, "padding": "x".repeat(padding) }] })
    };
    let (mut count, mut padding) = (0, 16_384);
    while padding > 0 {
        let mut document = account(&format!("a{count}"), "access");
        document["jwks"] = key(padding);
        match world.admin("POST", base, Some(&document)).status {
            201 => count += 1,
            status => {
                assert_eq!(status, 409);
                padding /= 2;
            }
        }
    }
    let overlap = json!({ "overlapSeconds": 60 });
    let renewed = world.admin("POST", &format!("{base}/a0/secrets"), Some(&overlap));
    assert_eq!(renewed.status, 201);
    let secret = body(&renewed)["secretId"].as_str().unwrap().to_owned();
    let disabled =
        json!({ "label": { "en": "a0" }, "roles": ["access"], "disabled": true, "jwks": key(16_384) });
    assert_eq!(world.admin("PUT", &format!("{base}/a0"), Some(&disabled)).status, 200);
    assert_eq!(world.admin("DELETE", &format!("{base}/a0/secrets/{secret}"), None).status, 204);
    let mut larger = disabled;
    larger["jwks"] = key(16_784);
    assert_eq!(world.admin("PUT", &format!("{base}/a0"), Some(&larger)).status, 409);
}

#[test]
fn a_secret_is_in_one_answer_and_nowhere_else() {
    let world = world();
    let mut secrets = Vec::new();
    for base in ["/projects/p1/service-accounts", "/service-accounts"] {
        let role = if base.starts_with("/projects") { "access" } else { "auditor" };
        for (target, document) in [
            (base.to_owned(), account("ci", role)),
            (format!("{base}/ci/secrets"), json!({ "overlapSeconds": 60 })),
        ] {
            let response = world.admin("POST", &target, Some(&document));
            assert_eq!(response.status, 201, "{:?}", response.body);
            secrets.push(body(&response)["secret"].as_str().unwrap().to_owned());
        }
        // One that is refused, and one that is tried.
        assert_eq!(world.admin("POST", base, Some(&account("ci", role))).status, 409);
        assert_eq!(
            world.admin("POST", &format!("{base}?dryRun=true"), Some(&account("cd", role))).status,
            200
        );
    }
    let mut everything: Vec<String> = world.shared.lines.lock().unwrap().clone();
    for target in [
        "/projects/p1/service-accounts",
        "/projects/p1/service-accounts/ci",
        "/projects/p1/audit-log",
        "/projects/p1/revocations",
        "/service-accounts",
        "/service-accounts/ci",
        "/audit-log",
    ] {
        let response = world.admin("GET", target, None);
        assert_eq!(response.status, 200, "{target}");
        everything.push(format!("{response:?} {}", body(&response)));
    }
    let host = world.nodes[0].host.clone();
    for key in [project_key("p1"), Key::Project(ProjectId::platform())] {
        let host = host.clone();
        let record = world.run(vec![Box::pin(async move { host.load(&key, None).await.unwrap().unwrap() })]);
        let text = record[0].value.clone().unwrap();
        assert!(text.contains("sha256"), "{text}");
        everything.push(text);
    }
    let landed = world.shared.replica.landed.lock().unwrap();
    let published: Vec<_> = landed.iter().map(|write| format!("{write:?}")).collect();
    assert!(published.len() >= 4 && !published.iter().any(|text| text.contains("sha256")));
    everything.extend(published);
    for secret in &secrets {
        assert_eq!(secret.len(), 54);
        let random = secret.split_at(10).1.split_at(30).0;
        let places: Vec<_> = everything.iter().filter(|text| text.contains(random)).collect();
        assert!(places.is_empty(), "{places:?}");
    }
}

#[test]
fn a_project_named_like_the_platform_of_an_earlier_release_gives_nobody_a_role() {
    let world = world();
    let issuer = format!("{PUBLIC_URL}/auth");
    let entry = json!({
        "id": "accounts", "iss": issuer, "label": { "en": "x" }, "idClaim": "sub", "roleDetection": "DEFINED",
        "definedRoles": ["admin", "owner"],
    });
    let record = json!({ "exists": true, "version": 1, "published": 1, "label": null, "idps": [entry] });
    let snapshot = json!({ "version": 1, "idps": [entry] }).to_string();
    let host = world.nodes[0].host.clone();
    world.run(vec![Box::pin(async move {
        let platform = Key::Project(ProjectId::platform());
        let commit = Commit { value: Some(record.to_string()), ..Commit::default() };
        host.shared.store.commit(&platform, None, commit, START).await.unwrap();
        let (space, key, value) = (Space::Config, "project/platform".to_owned(), Some(snapshot));
        host.shared.replica.publish(&ReplicaWrite { space, key, value, lifetime: None }).await.unwrap();
    })]);
    assert_eq!(status(&world, "p1/ci", "owner", "GET", "/gateway"), 403);
    assert_eq!(status(&world, "p1/ci", "owner", "GET", "/projects/p1/custom-idp"), 401);
    assert_eq!(status(&world, "platform/boss", "admin", "GET", "/projects"), 200);
    // Its entries stay where they are, and accounts beside them.
    let made = world.admin("POST", "/service-accounts", Some(&account("boss", "admin")));
    assert_eq!(made.status, 422, "{:?}", made.body);
}

#[test]
fn a_path_that_names_the_platform_has_an_unknown_project() {
    let world = world();
    let routes = json!({
        "origins": { "origin": { "url": "https://origin.example.com" } },
        "routes": [{ "path": "/api/{project}/{*rest}", "origin": "origin", "access": { "*": ["admin", "access"] } }],
    });
    assert_eq!(world.admin("PUT", "/gateway", Some(&routes)).status, 201);
    assert_eq!(world.admin("POST", "/service-accounts", Some(&account("boss", "admin"))).status, 201);
    let made = world.admin("POST", "/projects/p1/service-accounts", Some(&account("ci", "access")));
    assert_eq!(made.status, 201);
    let token = |client: &str, role: &str| world.account_token(client, &[role.to_owned()]);
    let tokens = [token("platform/boss", "admin"), token("p1/ci", "access")];
    assert_eq!(world.decide("/api/platform/x", &tokens), ["token_untrusted", "token_untrusted"]);
    assert_eq!(world.decide("/api/p1/x", &tokens), ["role_missing", "permit"]);
}

#[test]
fn a_disabled_account_has_no_effect_at_the_edge() {
    let world = world();
    let routes = json!({
        "origins": { "origin": { "url": "https://origin.example.com" } },
        "routes": [{ "path": "/api/{project}/{*rest}", "origin": "origin", "access": { "*": ["access"] } }],
    });
    assert_eq!(world.admin("PUT", "/gateway", Some(&routes)).status, 201);
    let base = "/projects/p1/service-accounts";
    assert_eq!(world.admin("POST", base, Some(&account("ci", "access"))).status, 201);
    let token = world.account_token("p1/ci", &["access".to_owned()]);
    let decide = || world.decide("/api/p1/x", std::slice::from_ref(&token));
    assert_eq!(decide(), ["permit"]);
    let disabled = json!({ "label": { "en": "x" }, "roles": ["access"], "disabled": true });
    assert_eq!(world.admin("PUT", &format!("{base}/ci"), Some(&disabled)).status, 200);
    assert_eq!(decide(), ["token_untrusted"]);
    let enabled = json!({ "label": { "en": "x" }, "roles": ["access"], "disabled": false });
    assert_eq!(world.admin("PUT", &format!("{base}/ci"), Some(&enabled)).status, 200);
    assert_eq!(decide(), ["token_untrusted"], "of before");
    world.pass(1.0);
    let newer = world.account_token("p1/ci", &["access".to_owned()]);
    assert_eq!(world.decide("/api/p1/x", &[newer]), ["permit"]);
}

#[test]
fn without_a_public_url_accounts_are_kept_and_nobody_has_a_role() {
    let world = World::with(1, &json!({ "PUBLIC_URL": "" }));
    assert_eq!(world.admin("PUT", "/projects/p1", Some(&json!({}))).status, 201);
    let made = world.admin("POST", "/projects/p1/service-accounts", Some(&account("ci", "owner")));
    assert_eq!(made.status, 201);
    let warning = "the secret opens nothing yet: without the variable `PUBLIC_URL` no tokens are issued";
    assert_eq!(body(&made)["warnings"], json!([warning]));
    let snapshot = world.shared.replica.landed.lock().unwrap().last().unwrap().value.clone().unwrap();
    assert!(!snapshot.contains("accounts"), "{snapshot}");
    let token = format!("Bearer {}", support::tokens::token(world.now(), &json!({}), "ec256-1", "ec256-1"));
    let request = world.request("GET", "/gateway", Some(&token));
    assert_eq!(world.send_all(vec![(request, None)]).remove(0).status, 403);
}

#[test]
fn while_the_platform_cannot_be_read_its_callers_are_told_so() {
    let world = world();
    world.shared.replica.fails_reads.store(true, std::sync::atomic::Ordering::Relaxed);
    for target in ["/gateway", "/projects/p1/custom-idp"] {
        assert_eq!(status(&world, "platform/boss", "admin", "GET", target), 503, "{target}");
    }
}

#[test]
fn an_entry_follows_the_public_url_with_the_next_token() {
    let world = world();
    let made = world.admin("POST", "/projects/p1/service-accounts", Some(&account("ci", "access")));
    let secret = body(&made)["secret"].as_str().unwrap().to_owned();
    let issuers = || {
        let landed = world.shared.replica.landed.lock().unwrap();
        let written = landed.iter().rev().find(|write| write.key == "project/p1").unwrap().value.clone();
        let snapshot: Value = serde_json::from_str(&written.unwrap()).unwrap();
        snapshot["idps"].as_array().unwrap().iter().map(|idp| idp["iss"].clone()).collect::<Vec<_>>()
    };
    let own = json!(format!("{PUBLIC_URL}/auth"));
    assert_eq!(issuers(), std::slice::from_ref(&own));
    // What is stored was written where another variable was set.
    let node = world.nodes[0].clone();
    world.run(vec![Box::pin(async move {
        let (key, store) = (project_key("p1"), &node.host.shared.store);
        let record = node.host.load(&key, None).await.unwrap().unwrap();
        let value = record.value.unwrap().replace(PUBLIC_URL, "https://former.example.com");
        let commit = Commit { value: Some(value), ..Commit::default() };
        store.commit(&key, Some(record.revision), commit, START).await.unwrap();
    })]);
    let mut request = world.request("POST", "", None);
    "/auth/token".clone_into(&mut request.path);
    request.headers.push(("content-type".to_owned(), "application/x-www-form-urlencoded".to_owned()));
    let form = format!("grant_type=client_credentials&client_id=p1%2Fci&client_secret={secret}");
    let node = world.nodes[0].clone();
    let published = world.shared.replica.landed.lock().unwrap().len();
    let answer = world.run(vec![Box::pin(async move {
        node.plane.token(&*node.host, &request, Some(form.into_bytes())).await
    })]);
    assert_eq!(answer[0].status, 200, "{:?}", answer[0].body);
    world.pass(5.0);
    assert!(world.shared.replica.landed.lock().unwrap().len() > published);
    assert_eq!(issuers(), [own]);
}
