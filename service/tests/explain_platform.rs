//! Explanations of requests to the management API by a role on the platform.

#![allow(clippy::indexing_slicing, clippy::panic, clippy::unwrap_used, reason = "a failing test panics")]

use crate::support;

use serde_json::{Value, json};
use support::world::{World, body};

const GATEWAY: &str = "/project-management-service/v1/gateway";
const PROJECT: &str = "/project-management-service/v1/projects/p1/custom-idp";

fn explain(world: &World, client: &str, role: &str, method: &str, path: &str) -> Value {
    let token = world.account_token(client, &[role.to_owned()]);
    let question = json!({ "token": token, "method": method, "path": path });
    let answer = world.admin("POST", "/projects/p1/explain", Some(&question));
    assert_eq!(answer.status, 200, "{answer:?}");
    body(&answer)
}

#[test]
fn a_role_on_the_platform_is_explained_where_it_is_enough_and_where_it_is_not() {
    let world = World::new();
    assert_eq!(world.admin("PUT", "/projects/p1", Some(&json!({}))).status, 201);
    for (client, role, method, path, code) in [
        ("platform/boss", "admin", "PUT", GATEWAY, Value::Null),
        ("platform/boss", "admin", "POST", PROJECT, Value::Null),
        ("platform/eye", "auditor", "GET", GATEWAY, Value::Null),
        ("platform/eye", "auditor", "GET", PROJECT, Value::Null),
        ("platform/eye", "auditor", "PUT", GATEWAY, json!("administrator_only")),
        ("platform/eye", "auditor", "POST", PROJECT, json!("token_untrusted")),
        ("p1/ci", "admin", "GET", GATEWAY, json!("administrator_only")),
    ] {
        let answer = explain(&world, client, role, method, path);
        assert_eq!(answer["code"], code, "{client} {method} {path}: {answer}");
        let steps = answer["trace"].as_array().unwrap();
        assert!(steps.len() > 1 && steps.iter().all(|step| step["text"].is_string()), "{answer}");
    }
}
