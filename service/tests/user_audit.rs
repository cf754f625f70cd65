//! What the audit logs say of users and members, against hosts in memory.

#![allow(clippy::indexing_slicing, clippy::panic, clippy::unwrap_used, reason = "a failing test panics")]

use crate::support;
use crate::users::{ada, replace, world};

use std::sync::atomic::Ordering;

use serde_json::{Value, json};
use service::host::Kind;
use support::world::body;

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
