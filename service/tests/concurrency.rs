//! Writers at once: no update is lost, whoever comes first, on one node and on several.

#![allow(clippy::indexing_slicing, clippy::panic, clippy::unwrap_used, reason = "a failing test panics")]

use crate::support;

use std::sync::atomic::Ordering;

use serde_json::{Value, json};
use service::host::Space;
use service::http::Response;
use support::table::Table;
use support::world::{World, body, project_key};

/// The orders of events that are tried.
const SEEDS: std::ops::Range<u64> = 1..3;

/// Worlds of one node and of three, in several orders of events.
fn worlds() -> impl Iterator<Item = World> {
    let table = Table::read();
    [1, 3].into_iter().flat_map(|nodes| SEEDS.map(move |seed| (nodes, seed))).map(move |(nodes, seed)| {
        let mut world = World::with(nodes, &Value::Null);
        world.seed = seed;
        assert_eq!(world.admin("PUT", "/gateway", Some(&table.documents["routes"])).status, 201);
        assert_eq!(world.admin("PUT", "/projects/p1", Some(&json!({}))).status, 201);
        for entry in ["owners", "users"] {
            let added = world.admin("POST", "/projects/p1/custom-idp", Some(&table.documents[entry]));
            assert_eq!(added.status, 201, "{:?}", added.body);
        }
        world.shared.store.pauses.store(2, Ordering::Relaxed);
        world
    })
}

/// The statuses of refusals are told by their codes.
fn codes(responses: &[Response]) -> Vec<String> {
    let code = |response: &Response| match body(response)["code"].as_str() {
        Some(code) if response.status >= 400 => code.to_owned(),
        _ => response.status.to_string(),
    };
    let mut codes: Vec<_> = responses.iter().map(code).collect();
    codes.sort();
    codes
}

fn admin(world: &World) -> String {
    Table::read().authorization(world, "admin").unwrap()
}

fn entry(id: &str) -> Value {
    let mut entry = Table::read().documents["entry"].clone();
    entry["id"] = id.into();
    entry
}

#[test]
fn fifty_writers_at_once_lose_no_update() {
    for world in worlds() {
        let ids: Vec<_> = (0..50).map(|index| format!("idp-{index}")).collect();
        let add =
            |id: &String| world.json("POST", "/projects/p1/custom-idp", &admin(&world), Some(&entry(id)));
        let responses = world.send_all(ids.iter().map(add).collect());
        assert_eq!(codes(&responses), vec!["201"; 50]);
        let order = body(&world.admin("GET", "/projects/p1/custom-idp-order", None));
        let mut stored: Vec<_> = order.as_array().unwrap().iter().map(|id| id.as_str().unwrap()).collect();
        stored.sort_unstable();
        let mut expected: Vec<_> = ids.iter().map(String::as_str).chain(["owners", "users"]).collect();
        expected.sort_unstable();
        assert_eq!(stored, expected);
        world.pass(2.0);
        world.pass(15.0);
        let snapshot = world.shared.replica.value(Space::Config, "project/p1").unwrap();
        let published: Value =
            snapshot["idps"].as_array().unwrap().iter().map(|idp| idp["id"].clone()).collect();
        assert_eq!((&snapshot["version"], published), (&53.into(), order));
        let record = world.shared.store.value(&project_key("p1")).unwrap();
        assert_eq!((&record["version"], &record["published"]), (&53.into(), &53.into()));
        let log = body(&world.admin("GET", "/projects/p1/audit-log", None));
        assert_eq!(log["items"][0]["number"], 53);
    }
}

#[test]
fn one_entity_tag_is_used_once() {
    for world in worlds() {
        let read = world.admin("GET", "/projects/p1/custom-idp/users", None);
        let tag = read.header("etag").unwrap();
        let put = |role: &&str| {
            let mut document = body(&read);
            document["definedRoles"] = json!([role]);
            let target = "/projects/p1/custom-idp/users";
            let (mut request, sent) = world.json("PUT", target, &admin(&world), Some(&document));
            request.headers.push(("if-match".to_owned(), tag.to_owned()));
            (request, sent)
        };
        let responses = world.send_all(["a", "b", "c"].iter().map(put).collect());
        assert_eq!(codes(&responses), ["200", "precondition_failed", "precondition_failed"]);
    }
}

#[test]
fn one_id_is_taken_once_and_removed_once() {
    for world in worlds() {
        let add = |_| world.json("POST", "/projects/p1/custom-idp", &admin(&world), Some(&entry("idp")));
        let responses = world.send_all((0..3).map(add).collect());
        assert_eq!(codes(&responses), ["201", "already_exists", "already_exists"]);
        let remove = |_| world.json("DELETE", "/projects/p1/custom-idp/idp", &admin(&world), None);
        let responses = world.send_all((0..3).map(remove).collect());
        assert_eq!(codes(&responses), ["204", "not_found", "not_found"]);
    }
}

#[test]
fn an_owner_changes_nothing_after_the_end_of_their_ownership() {
    let table = Table::read();
    for world in worlds() {
        let owner = table.authorization(&world, "owner").unwrap();
        let mut requests = vec![world.json("DELETE", "/projects/p1/custom-idp/owners", &admin(&world), None)];
        requests.extend((0..6).map(|index| {
            let document = entry(&format!("trial-{index}"));
            world.json("POST", "/projects/p1/custom-idp", &owner, Some(&document))
        }));
        let responses = world.send_all(requests);
        assert_eq!(responses[0].status, 200, "with a warning: it was the last entry of owners");
        let made = responses[1..].iter().filter(|response| response.status == 201).count();
        let refused = codes(&responses[1..]).iter().filter(|code| *code == "token_untrusted").count();
        assert_eq!(made + refused, 6, "{:?}", codes(&responses));
        let log = body(&world.admin("GET", "/projects/p1/audit-log", None));
        let items = log["items"].as_array().unwrap();
        let ended = items.iter().find(|item| item["change"].get("remove_idp").is_some()).unwrap();
        let by_owner = items
            .iter()
            .filter(|item| item["author"]["who"].is_object() && item["outcome"].get("refusal").is_none());
        let numbers: Vec<_> = by_owner.map(|item| item["number"].as_u64().unwrap()).collect();
        assert_eq!(numbers.len(), made);
        assert!(numbers.iter().all(|number| *number < ended["number"].as_u64().unwrap()));
    }
}

#[test]
fn of_two_owners_who_end_each_other_one_succeeds() {
    let table = Table::read();
    for world in worlds() {
        let mut keepers = table.documents["owners"].clone();
        keepers["id"] = "keepers".into();
        keepers["allowedAzp"] = json!(["user-app"]);
        assert_eq!(
            world.admin("PUT", "/projects/p1/custom-idp-order", Some(&json!(["owners", "users"]))).status,
            200
        );
        assert_eq!(world.admin("DELETE", "/projects/p1/custom-idp/users", None).status, 204);
        assert_eq!(world.admin("POST", "/projects/p1/custom-idp", Some(&keepers)).status, 201);
        let [owner, keeper] = ["owner", "user"].map(|caller| table.authorization(&world, caller).unwrap());
        let responses = world.send_all(vec![
            world.json("DELETE", "/projects/p1/custom-idp/keepers", &owner, None),
            world.json("DELETE", "/projects/p1/custom-idp/owners", &keeper, None),
        ]);
        assert_eq!(responses.iter().filter(|response| response.status == 204).count(), 1);
    }
}

#[test]
fn of_two_refreshes_at_once_one_is_too_soon() {
    for world in worlds() {
        world.pass(30.0);
        let refresh =
            |_| world.json("POST", "/projects/p1/custom-idp/users/keys/refresh", &admin(&world), None);
        let fetches = world.shared.network.fetches();
        let responses = world.send_all((0..2).map(refresh).collect());
        assert_eq!(codes(&responses), ["200", "refresh_too_soon"]);
        assert_eq!(world.shared.network.fetches(), fetches + 1);
    }
}
