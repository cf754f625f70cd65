//! Users and members: what they are, who may change them, and how roles come and go with projects.

#![allow(clippy::indexing_slicing, clippy::panic, clippy::unwrap_used, reason = "a failing test panics")]

use crate::support;

use std::sync::Arc;
use std::sync::atomic::Ordering;

use edge_authorizer::users::{LoginMethod, Session};
use serde_json::{Value, json};
use service::host::{Directory, Kind, NewRow, RowChange, RowKey, Space, Term, TermName};
use service::http::Response;
use support::executor::Task;
use support::world::{World, body};

fn world() -> World {
    let world = World::new();
    for project in ["plant7", "plant8"] {
        assert_eq!(world.admin("PUT", &format!("/projects/{project}"), Some(&json!({}))).status, 201);
    }
    world
}

fn add(world: &World, document: &Value) -> Value {
    let response = world.admin("POST", "/users", Some(document));
    assert_eq!(response.status, 201, "{}", body(&response));
    body(&response)
}

fn ada(world: &World, projects: &Value) -> String {
    let user = add(world, &json!({ "email": "ada@example.com", "projects": projects }));
    user["id"].as_str().unwrap().to_owned()
}

fn projects_of(world: &World, id: &str) -> Value {
    body(&world.admin("GET", &format!("/users/{id}"), None))["projects"].clone()
}

/// The token of a user's session.
fn token(world: &World, id: &str, roles: &[&str]) -> String {
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

fn replace(world: &World, id: &str, changes: &Value) -> Response {
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

#[test]
fn the_audit_log_names_what_was_done_and_what_was_refused() {
    let world = world();
    let id = ada(&world, &json!({}));
    let member = json!({ "email": "ada@example.com", "roles": ["access"] });
    world.admin("POST", "/projects/plant7/members", Some(&member));
    world.admin("POST", "/projects/plant7/members", Some(&member));
    world.admin("DELETE", &format!("/users/{id}/sessions"), None);
    let log = |path: &str| {
        let items = body(&world.admin("GET", path, None))["items"].clone();
        let change = |item: &Value| {
            let name = item["change"].as_object().unwrap().keys().next().unwrap().clone();
            (name, item["outcome"]["refusal"].clone(), item["outcome"]["after"]["email"].clone())
        };
        items.as_array().unwrap().iter().map(change).collect::<Vec<_>>()
    };
    let ada = json!("ada@example.com");
    let entry = |name: &str, code: Value, email: &Value| (name.to_owned(), code, email.clone());
    let expected =
        [entry("add_member", json!("already_exists"), &Value::Null), entry("add_member", Value::Null, &ada)];
    assert_eq!(log("/projects/plant7/audit-log")[..2], expected);
    let expected = [entry("end_sessions", Value::Null, &Value::Null), entry("add_user", Value::Null, &ada)];
    assert_eq!(log("/audit-log"), expected);
}

#[test]
fn a_change_that_was_made_is_in_the_audit_log_whatever_happens_to_that() {
    let world = world();
    world.shared.store.is_log_down.store(true, Ordering::Relaxed);
    let id = ada(&world, &json!({}));
    let member = json!({ "email": "ada@example.com", "roles": ["access"] });
    assert_eq!(world.admin("POST", "/projects/plant7/members", Some(&member)).status, 201);
    assert_eq!(world.admin("DELETE", &format!("/users/{id}"), None).status, 204);
    world.shared.store.is_log_down.store(false, Ordering::Relaxed);
    world.pass(30.0);
    let log = |path: &str| {
        let items = body(&world.admin("GET", path, None))["items"].clone();
        let name = |item: &Value| item["change"].as_object().unwrap().keys().next().unwrap().clone();
        items.as_array().unwrap().iter().map(name).collect::<Vec<_>>()
    };
    for _ in 0..2 {
        assert_eq!(log("/audit-log"), ["remove_user", "add_user"]);
        assert_eq!(log("/projects/plant7/audit-log")[..2], ["remove_member", "add_member"]);
    }
    assert_eq!(world.shared.directory.count(Kind::AuditNote), 0);
}

#[test]
fn owners_see_in_their_audit_log_what_administrators_give_and_take() {
    let world = world();
    let id = ada(&world, &json!({ "plant7": ["access"] }));
    assert_eq!(world.shared.directory.count(Kind::AuditNote), 0, "it waits for no reader");
    for projects in [
        json!({ "plant7": ["access", "owner"], "plant8": ["access"] }),
        json!({ "plant7": ["access", "owner"] }),
        json!({ "plant7": ["access", "owner"] }),
    ] {
        assert_eq!(replace(&world, &id, &json!({ "projects": projects })).status, 200);
    }
    assert_eq!(world.admin("DELETE", &format!("/users/{id}"), None).status, 204);
    let log = |project: &str| {
        let log = body(&world.admin("GET", &format!("/projects/{project}/audit-log"), None));
        let entry = |item: &Value| (item["change"].clone(), item["outcome"].clone());
        log["items"].as_array().unwrap().iter().map(entry).collect::<Vec<_>>()
    };
    let member = |roles: &[&str]| json!({ "id": id, "email": "ada@example.com", "roles": roles });
    let (removed, before) = (json!({ "remove_member": { "id": id } }), member(&["access", "owner"]));
    assert_eq!(
        log("plant7")[..3],
        [
            (removed.clone(), json!({ "before": before, "after": null })),
            (
                json!({ "replace_member": { "id": id, "roles": ["access", "owner"] } }),
                json!({ "before": member(&["access"]), "after": before })
            ),
            (
                json!({ "add_member": { "email": "ada@example.com", "roles": ["access"] } }),
                json!({ "before": null, "after": member(&["access"]) })
            ),
        ]
    );
    assert_eq!(log("plant8")[0], (removed, json!({ "before": member(&["access"]), "after": null })));
    assert_eq!(log("plant8").len(), 3);
}

#[test]
fn a_row_that_cannot_be_read_hides_no_others() {
    let world = world();
    ada(&world, &json!({}));
    let terms = vec![Term::new(TermName::Email, "aa@example.com")];
    let newer = NewRow { value: r#"{"format": 9}"#.to_owned(), terms, expires_at: None };
    support::people::store(&world, Kind::User, "u_BBBBBBBBBBBBBBBBBBBBBB", newer);
    let listed = world.admin("GET", "/users", None);
    assert_eq!((listed.status, body(&listed).as_array().map(Vec::len)), (200, Some(1)), "{listed:?}");
    let terms = vec![Term::new(TermName::Time, "0")];
    let newer = NewRow { value: "{}".to_owned(), terms, expires_at: None };
    support::people::store(&world, Kind::RefusedLogin, "r", newer);
    assert_eq!(world.admin("GET", "/federation/refused-logins", None).status, 200);
}

#[test]
fn a_hundred_thousand_users_are_found_listed_and_changed_by_reading_few_rows() {
    let world = world();
    let host: Arc<_> = world.nodes[0].host.clone();
    let fill: Task<'_, ()> = Box::pin(async move {
        for first in (0..100_000).step_by(1000) {
            let put = |number: u32| {
                let email = format!("user{number:06}@example.com");
                let value = json!({ "format": 1, "email": email, "projects": { "plant8": ["access"] }, "createdAt": 1 });
                let terms = vec![Term::new(TermName::Email, email), Term::new(TermName::Project, "plant8")];
                let row = NewRow { value: value.to_string(), terms, expires_at: None };
                RowChange::put(RowKey::new(Kind::User, format!("u_{number:022}")), None, row)
            };
            let changes: Vec<_> = (first..first + 1000).map(put).collect();
            host.commit_rows(&changes).await.unwrap();
        }
    });
    world.run(vec![fill]);
    let reads = |method: &str, target: &str, document: Option<&Value>| {
        let before = world.shared.directory.reads.load(Ordering::Relaxed);
        let response = world.admin(method, target, document);
        let count = world.shared.directory.reads.load(Ordering::Relaxed) - before;
        (response.status, count, body(&response))
    };
    let (status, count, found) = reads("GET", "/users?email=user054321@example.com", None);
    assert_eq!((status, count, found[0]["id"].as_str()), (200, 1, Some("u_0000000000000000054321")));
    let (status, count, page) = reads("GET", "/users?after=user054321@example.com", None);
    assert_eq!((status, count, page.as_array().unwrap().len()), (200, 100, 100));
    let (status, count, page) = reads("GET", "/projects/plant8/members?after=u_0000000000000000054321", None);
    assert_eq!((status, count, page.as_array().unwrap().len()), (200, 100, 100));
    let change = json!({ "email": "user054321@example.com", "roles": [], "projects": { "plant7": ["owner"] }, "disabled": false });
    let (status, count, _) = reads("PUT", "/users/u_0000000000000000054321", Some(&change));
    assert!(status == 200 && count <= 10, "{status}: {count} rows");
    let (status, count, _) = reads("POST", "/users", Some(&json!({ "email": "new@example.com" })));
    assert!(status == 201 && count <= 5, "{status}: {count} rows");
    let (status, count, _) = reads("DELETE", "/users/u_0000000000000000054321", None);
    assert!(status == 204 && count <= 5, "{status}: {count} rows");
}
