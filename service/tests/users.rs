//! Users and members: what they are, who may change them, and how roles come and go with projects.

#![allow(clippy::indexing_slicing, clippy::panic, clippy::unwrap_used, reason = "a failing test panics")]

use crate::support;

use std::sync::atomic::Ordering;

use edge_authorizer::users::{LoginMethod, Session};
use serde_json::{Value, json};
use service::host::{Directory, Kind, NewRow, RowChange, RowKey, Space, Term, TermName};
use service::http::Response;
use support::executor::Task;
use support::world::{World, body};

pub fn world() -> World {
    let world = World::new();
    for project in ["plant7", "plant8"] {
        assert_eq!(world.admin("PUT", &format!("/projects/{project}"), Some(&json!({}))).status, 201);
    }
    world
}

pub fn add(world: &World, document: &Value) -> Value {
    let response = world.admin("POST", "/users", Some(document));
    assert_eq!(response.status, 201, "{}", body(&response));
    body(&response)
}

pub fn ada(world: &World, projects: &Value) -> String {
    let user = add(world, &json!({ "email": "ada@example.com", "projects": projects }));
    user["id"].as_str().unwrap().to_owned()
}

fn projects_of(world: &World, id: &str) -> Value {
    body(&world.admin("GET", &format!("/users/{id}"), None))["projects"].clone()
}

/// The token of a user's session.
pub fn token(world: &World, id: &str, roles: &[&str]) -> String {
    let (node, now) = (world.nodes[0].clone(), world.now());
    let url = support::world::PUBLIC_URL;
    let claims = json!({
        "iss": format!("{url}/auth"), "sub": id, "client_id": "session", "azp": "session", "aud": url, "iat": now,
        "exp": now + 60.0, "jti": "j", "roles": roles,
    });
    let sign: Task<'_, String> =
        Box::pin(async move { node.plane.sign(&*node.host, "at+jwt", &claims).await.unwrap() });
    world.run(vec![sign]).remove(0)
}

fn begin_session(world: &World, id: &str, name: &str) {
    let (host, id, name) = (world.nodes[0].host.clone(), id.to_owned(), name.to_owned());
    #[expect(clippy::cast_possible_truncation, clippy::cast_sign_loss, reason = "a time of these years")]
    let now = world.now() as u64;
    let session = Session::new(&id, now, 12, None, LoginMethod::Password {});
    let terms = vec![Term::new(TermName::User, id)];
    let row = NewRow { value: session.write(), terms, expires_at: None };
    let put: Task<'_, ()> = Box::pin(async move {
        host.commit_rows(&[RowChange::put(RowKey::new(Kind::Session, name), None, row)]).await.unwrap();
    });
    world.run(vec![put]);
}

fn sessions(world: &World, id: &str) -> usize {
    body(&world.admin("GET", &format!("/users/{id}/sessions"), None)).as_array().unwrap().len()
}

pub fn replace(world: &World, id: &str, changes: &Value) -> Response {
    let mut document = json!({ "email": "ada@example.com", "roles": [], "projects": {}, "disabled": false });
    document.as_object_mut().unwrap().extend(changes.as_object().unwrap().clone());
    world.admin("PUT", &format!("/users/{id}"), Some(&document))
}

#[test]
fn a_role_counts_in_its_project_from_the_grant_on() {
    let world = world();
    let id = ada(&world, &json!({}));
    let token = token(&world, &id, &["plant7.owner"]);
    let entries = |token: &str| {
        let request = world.request("GET", "/projects/plant7/custom-idp", Some(&format!("Bearer {token}")));
        world.send_all(vec![(request, None)]).remove(0).status
    };
    assert_eq!(entries(&token), 401, "the project accepts no tokens of the gateway yet");
    assert_eq!(replace(&world, &id, &json!({ "projects": { "plant7": ["owner"] } })).status, 200);
    assert_eq!(entries(&token), 200);
    let published = world.shared.replica.value(Space::Config, "project/plant7").unwrap().to_string();
    assert!(published.contains(r#""allowedRoles":["owner"]"#), "{published}");
}

#[test]
fn projects_that_do_not_exist_are_all_found() {
    let world = world();
    let document =
        json!({ "email": "ada@example.com", "projects": { "p1": ["a"], "plant7": ["a"], "p2": ["b"] } });
    for target in ["/users", "/users?dryRun=true"] {
        let response = world.admin("POST", target, Some(&document));
        let faults = body(&response)["faults"].clone();
        let places: Vec<_> =
            faults.as_array().unwrap().iter().map(|fault| fault["pointer"].as_str().unwrap()).collect();
        assert_eq!((response.status, places), (422, vec!["/projects/p1", "/projects/p2"]), "{target}");
    }
    assert_eq!(body(&world.admin("GET", "/users", None)), json!([]));
}

#[test]
fn a_trial_admits_no_role_and_finds_a_taken_email() {
    let world = world();
    let document = json!({ "email": "ada@example.com", "projects": { "plant7": ["access"] } });
    assert_eq!(world.admin("POST", "/users?dryRun=true", Some(&document)).status, 200);
    assert!(
        !world.shared.replica.value(Space::Config, "project/plant7").unwrap().to_string().contains("access")
    );
    ada(&world, &json!({}));
    assert_eq!(world.admin("POST", "/users?dryRun=true", Some(&document)).status, 409);
}

#[test]
fn a_deleted_project_has_no_members_and_neither_has_the_next_one_of_its_name() {
    let world = world();
    let users: Vec<_> = (0..120)
        .map(|number| {
            let projects = json!({ "plant7": ["access"], "plant8": ["access"] });
            add(&world, &json!({ "email": format!("user{number}@example.com"), "projects": projects }))
        })
        .collect();
    assert_eq!(world.admin("DELETE", "/projects/plant7", None).status, 204);
    for user in &users {
        assert_eq!(projects_of(&world, user["id"].as_str().unwrap()), json!({ "plant8": ["access"] }));
    }
    assert_eq!(world.admin("PUT", "/projects/plant7", Some(&json!({}))).status, 201);
    assert_eq!(body(&world.admin("GET", "/projects/plant7/members", None)), json!([]));
}

#[test]
fn no_project_begins_while_users_have_roles_in_the_former_one() {
    let world = world();
    let id = ada(&world, &json!({ "plant7": ["access"] }));
    world.shared.directory.is_down.store(true, Ordering::Relaxed);
    assert_eq!(world.admin("DELETE", "/projects/plant7", None).status, 204);
    let again = world.admin("PUT", "/projects/plant7", Some(&json!({})));
    assert_eq!((again.status, again.header("retry-after")), (503, Some("3")));
    world.shared.directory.is_down.store(false, Ordering::Relaxed);
    // What the alarm does, without a request.
    world.pass(3.0);
    assert_eq!(projects_of(&world, &id), json!({}));
    assert_eq!(world.admin("PUT", "/projects/plant7", Some(&json!({}))).status, 201);
}

#[test]
fn a_role_that_is_granted_while_the_project_is_deleted_is_not_left_behind() {
    for seed in 0..60 {
        let mut world = world();
        world.seed = seed;
        let id = ada(&world, &json!({ "plant7": ["access"] }));
        let document = json!({ "email": "eve@example.com", "projects": { "plant7": ["access", "owner"] } });
        let admin = format!("Bearer {}", support::tokens::ADMIN);
        let answers = world.send_all(vec![
            world.json("POST", "/users", &admin, Some(&document)),
            world.json("DELETE", "/projects/plant7", &admin, None),
        ]);
        assert_eq!(answers[1].status, 204);
        world.pass(10.0);
        let users = body(&world.admin("GET", "/users", None));
        for user in users.as_array().unwrap() {
            assert_eq!(user["projects"], json!({}), "seed {seed}: {}", answers[0].status);
        }
        assert_eq!(projects_of(&world, &id), json!({}));
    }
}

#[test]
fn two_writers_of_one_user_lose_nothing() {
    for seed in 0..20 {
        let mut world = world();
        world.seed = seed;
        let id = ada(&world, &json!({}));
        let admin = format!("Bearer {}", support::tokens::ADMIN);
        let answers = world.send_all(vec![
            world.json(
                "POST",
                "/projects/plant7/members",
                &admin,
                Some(&json!({ "email": "ada@example.com", "roles": ["a"] })),
            ),
            world.json(
                "POST",
                "/projects/plant8/members",
                &admin,
                Some(&json!({ "email": "ada@example.com", "roles": ["b"] })),
            ),
        ]);
        assert_eq!(answers.iter().map(|answer| answer.status).collect::<Vec<_>>(), [201, 201], "seed {seed}");
        assert_eq!(projects_of(&world, &id), json!({ "plant7": ["a"], "plant8": ["b"] }), "seed {seed}");
    }
}

#[test]
fn what_takes_the_person_away_ends_the_sessions() {
    let world = world();
    let id = ada(&world, &json!({ "plant7": ["access"] }));
    for (change, left) in [(json!({}), 130), (json!({ "disabled": true }), 0)] {
        for number in 0..130 {
            if sessions(&world, &id) < 100 {
                begin_session(&world, &id, &format!("s{number}"));
            }
        }
        for number in 100..130 {
            if left == 130 {
                begin_session(&world, &id, &format!("s{number}"));
            }
        }
        assert_eq!(replace(&world, &id, &change).status, 200);
        assert_eq!(sessions(&world, &id), left.min(100), "{change}");
    }
    begin_session(&world, &id, "again");
    assert_eq!(world.admin("DELETE", &format!("/users/{id}"), None).status, 204);
    let values = world.shared.directory.values();
    assert!(!values.iter().any(|value| value.contains("usedAt")), "{values:?}");
}

#[test]
fn sessions_are_listed_and_ended() {
    let world = world();
    let id = ada(&world, &json!({}));
    let other = add(&world, &json!({ "email": "eve@example.com" }))["id"].as_str().unwrap().to_owned();
    for name in ["one", "two", "three"] {
        begin_session(&world, &id, name);
    }
    let end = |path: &str| world.admin("DELETE", path, None).status;
    assert_eq!(end(&format!("/users/{other}/sessions/one")), 404, "another user's");
    assert_eq!(end(&format!("/users/{id}/sessions/one")), 204);
    assert_eq!(end(&format!("/users/{id}/sessions/one")), 404);
    assert_eq!(sessions(&world, &id), 2);
    assert_eq!(end(&format!("/users/{id}/sessions")), 204);
    assert_eq!(sessions(&world, &id), 0);
    begin_session(&world, &id, "four");
    world.pass(3600.0);
    assert_eq!(sessions(&world, &id), 0, "idle");
}

#[test]
fn an_owner_by_a_session_does_not_lose_the_project_by_accident() {
    let world = world();
    let id = ada(&world, &json!({ "plant7": ["owner"] }));
    let token = format!("Bearer {}", token(&world, &id, &["plant7.owner"]));
    let target = format!("/projects/plant7/members/{id}");
    let change = |target: &str| {
        let request = world.json("PUT", target, &token, Some(&json!({ "roles": ["access"] })));
        world.send_all(vec![request]).remove(0).status
    };
    assert_eq!(change(&target), 409);
    assert_eq!(change(&format!("{target}?force=true")), 200);
}
