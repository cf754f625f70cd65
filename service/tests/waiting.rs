//! Requests that wait: for issuers, for the rest of a body, for changes before them.

#![allow(clippy::indexing_slicing, clippy::panic, clippy::unwrap_used, reason = "a failing test panics")]

use crate::support;

use std::sync::Arc;
use std::sync::atomic::Ordering;

use serde_json::{Value, json};
use service::ControlPlane;
use service::http::{Body, BodyError, Request, Response};
use support::executor::{Task, run_all};
use support::host::{Signal, TestHost};
use support::table::Table;
use support::tokens::{ADMIN, ISSUER};
use support::world::{Node, World, body};

fn world() -> World {
    Table::read().world(&Value::Null)
}

fn admin(world: &World, method: &str, target: &str, document: &Value) -> (Request, Option<Vec<u8>>) {
    world.json(method, target, &format!("Bearer {ADMIN}"), Some(document))
}

fn entry(id: &str, iss: &str) -> Value {
    json!({
        "id": id, "iss": iss, "label": { "en": "x" }, "idClaim": "sub",
        "roleDetection": "DEFINED", "definedRoles": ["access"],
    })
}

#[test]
fn the_changes_of_one_project_that_wait_for_an_issuer_are_bounded() {
    let world = world();
    let other = world.admin("PUT", "/projects/p2", Some(&json!({})));
    assert_eq!(other.status, 201);
    world.shared.network.is_held.store(true, Ordering::Relaxed);
    let mut requests: Vec<_> = (0..70)
        .map(|_| {
            admin(
                &world,
                "POST",
                "/projects/p1/custom-idp?dryRun=true",
                &entry("new", "https://slow.example.com"),
            )
        })
        .collect();
    requests.push(admin(&world, "PUT", "/projects/p2", &json!({ "label": { "en": "other" } })));
    let Node { host, plane } = world.nodes[0].clone();
    let send = |(request, document): (Request, Option<Vec<u8>>)| {
        let (host, plane) = (host.clone(), plane.clone());
        let task: Task<'_, u16> =
            Box::pin(async move { plane.handle(&*host, &request, document).await.status });
        task
    };
    let mut rounds = 0;
    let statuses = run_all(1, requests.into_iter().map(send).collect(), || {
        rounds += 1;
        if rounds == 2000 {
            host.shared.network.is_held.store(false, Ordering::Relaxed);
        }
        Vec::new()
    });
    let (waiting, other) = statuses.split_at(70);
    // Each holds its document besides.
    assert_eq!(waiting.iter().filter(|status| **status == 503).count(), 70 - 63);
    assert_eq!(other, [200]);
}

/// A body that arrives when other requests were answered.
struct Late {
    host: Arc<TestHost>,
    plane: Arc<ControlPlane<Signal>>,
    meanwhile: Vec<(Request, Option<Vec<u8>>)>,
    document: Value,
}

impl Body for Late {
    async fn read(self, _limit: usize) -> Result<Option<Vec<u8>>, BodyError> {
        for (request, document) in self.meanwhile {
            let response = self.plane.handle(&*self.host, &request, document).await;
            assert!(response.is_success(), "{response:?}");
        }
        Ok(Some(self.document.to_string().into_bytes()))
    }
}

/// The response to a former owner's request whose body arrives when the project has come to others.
fn late(world: &World, method: &str, target: &str, document: Value) -> Response {
    let mut request = Table::read().request(world, "owner", method, target);
    request.headers.push(("content-type".to_owned(), "application/json".to_owned()));
    let Node { host, plane } = world.nodes[0].clone();
    let meanwhile = vec![
        world.json("DELETE", "/projects/p1", &format!("Bearer {ADMIN}"), None),
        admin(world, "PUT", "/projects/p1", &json!({})),
        admin(world, "POST", "/projects/p1/custom-idp", &entry("theirs", ISSUER)),
    ];
    let body = Late { host: host.clone(), plane: plane.clone(), meanwhile, document };
    let task: Task<'_, Response> = Box::pin(async move { plane.handle(&*host, &request, body).await });
    world.run(vec![task]).remove(0)
}

#[test]
fn a_former_owner_is_told_nothing_of_the_project_of_others() {
    let world = world();
    let document = json!({ "path": "/api/p1/x", "method": "GET", "token": "x" });
    let response = late(&world, "POST", "/projects/p1/explain", document);
    assert_eq!(response.status, 401);
    assert!(!response.body.unwrap().contains("theirs"));
}

#[test]
fn a_former_owner_writes_nothing_into_the_log_of_others() {
    let world = world();
    let response = late(&world, "POST", "/projects/p1/custom-idp", entry("mine", ISSUER));
    assert_eq!(response.status, 401);
    let log = body(&world.admin("GET", "/projects/p1/audit-log", None));
    assert!(!log.to_string().contains("mine"), "{log}");
}
