//! Users in a directory that is large, or in part unreadable, against hosts in memory.

#![allow(clippy::indexing_slicing, clippy::panic, clippy::unwrap_used, reason = "a failing test panics")]

use crate::support;
use crate::users::{ada, world};

use std::sync::Arc;
use std::sync::atomic::Ordering;

use serde_json::{Value, json};
use service::host::{Directory, Kind, NewRow, RowChange, RowKey, Term, TermName};
use support::executor::Task;
use support::world::body;

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
