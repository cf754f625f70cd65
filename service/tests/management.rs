//! The management API against hosts in memory: every endpoint, every kind of caller, every code.

#![allow(clippy::indexing_slicing, clippy::panic, clippy::unwrap_used, reason = "a failing test panics")]

use crate::support;

use edge_authorizer::ErrorCode;
use support::table::Table;
use support::tokens::token;
use support::world::{BASE, World, body};

const METHODS: [&str; 8] = ["DELETE", "GET", "HEAD", "OPTIONS", "PATCH", "POST", "PUT", "TRACE"];

#[test]
fn each_case_of_the_table() {
    let table = Table::read();
    for case in &table.cases {
        table.run(case);
    }
}

#[test]
fn each_endpoint_has_its_methods() {
    let table = Table::read();
    let world = table.world(&serde_json::Value::Null);
    for endpoint in &table.endpoints {
        for method in METHODS.iter().filter(|method| !endpoint.methods.iter().any(|other| other == *method)) {
            let response = world.admin(method, &endpoint.path, None);
            assert_eq!(response.status, 405, "{method} {}", endpoint.path);
            assert_eq!(response.header("allow"), Some(&*endpoint.methods.join(", ")), "{}", endpoint.path);
        }
    }
}

#[test]
fn each_caller_may_use_what_is_theirs() {
    let table = Table::read();
    let world = table.world(&serde_json::Value::Null);
    let mut tried = 0;
    for endpoint in &table.endpoints {
        for method in &endpoint.methods {
            for (name, caller) in &table.callers {
                let expected = if endpoint.is_owned { &caller.project } else { &caller.platform };
                let Some(expected) = expected else { continue };
                let request = table.request(&world, name, method, &endpoint.path);
                let response = world.send_all(vec![(request, None)]).remove(0);
                let found = format!("{} {}", response.status, body(&response)["code"].as_str().unwrap());
                assert_eq!(&found, expected, "{name}: {method} {}", endpoint.path);
                let challenge = response.header("www-authenticate").unwrap();
                assert_eq!(challenge.contains(r#"realm="p1""#), endpoint.is_owned, "{challenge}");
                tried += 1;
            }
        }
    }
    assert!(tried > 200, "{tried}");
}

#[test]
fn each_endpoint_knows_its_parameters() {
    let table = Table::read();
    let world = table.world(&serde_json::Value::Null);
    for endpoint in &table.endpoints {
        for method in &endpoint.methods {
            for query in ["more=1", "dryrun=true", "dryRun=yes", "force=1"] {
                let response = world.admin(method, &format!("{}?{query}", endpoint.path), None);
                let code = body(&response)["code"].clone();
                assert_eq!((response.status, code), (400, "parameter_invalid".into()), "{method} {query}");
            }
        }
    }
}

#[test]
fn each_document_is_json_of_a_limited_size() {
    let table = Table::read();
    let world = table.world(&serde_json::Value::Null);
    for endpoint in &table.endpoints {
        for (method, limit) in &endpoint.documents {
            let long = format!("\"{}\"", "x".repeat(limit * 1024));
            for (media_type, text, expected) in [
                (None, Some("{}"), "415 media_type_unsupported"),
                (Some("text/plain"), Some("{}"), "415 media_type_unsupported"),
                (Some("application/x-www-form-urlencoded"), Some("a=b"), "415 media_type_unsupported"),
                (Some("application/json; charset=utf-16"), Some("{}"), "415 media_type_unsupported"),
                (Some("application/json;x=y; Charset=\"latin1\""), Some("{}"), "415 media_type_unsupported"),
                (Some("application/json"), None, "400 body_malformed"),
                (Some("application/json"), Some("{"), "400 body_malformed"),
                (Some("application/json"), Some(r#"{"a":1,"a":2}"#), "400 body_malformed"),
                (
                    Some("Application/JSON; charset=\"UTF-8\""),
                    Some(r#"{"unknown":1}"#),
                    "422 document_invalid",
                ),
                (Some("application/json"), Some(&*long), "413 body_too_large"),
            ] {
                let mut request = table.request(&world, "admin", method, &endpoint.path);
                request.headers.extend(media_type.map(|value| ("content-type".to_owned(), value.to_owned())));
                let sent = text.map(|text| text.as_bytes().to_vec());
                let response = world.send_all(vec![(request, sent)]).remove(0);
                let found = body(&response);
                let code = format!("{} {}", response.status, found["code"].as_str().unwrap());
                assert_eq!(code, expected, "{method} {}", endpoint.path);
                if media_type.is_some_and(|media_type| media_type.contains("utf-16")) {
                    assert_eq!(found["reason"], "the charset `utf-16` is not accepted; send JSON in UTF-8");
                }
                if response.status == 413 {
                    assert_eq!(found["reason"], format!("the limit is {limit} KiB"));
                }
            }
        }
    }
}

#[test]
fn paths_that_mean_nothing_or_two_things_are_refused() {
    let world = World::new();
    for (path, expected) in [
        ("", "404 not_found"),
        ("/", "404 not_found"),
        ("/gateway/", "404 not_found"),
        ("/projects/-", "404 not_found"),
        ("/projects/p1/nothing", "404 not_found"),
        ("/projects//custom-idp", "400 path_ambiguous"),
        ("/projects/../gateway", "400 path_ambiguous"),
        ("/projects/p1%2f", "400 path_ambiguous"),
    ] {
        let response = world.admin("GET", path, None);
        let code = body(&response)["code"].as_str().unwrap().to_owned();
        assert_eq!(format!("{} {code}", response.status), expected, "{BASE}{path}");
    }
}

#[test]
fn each_request_has_one_log_line_and_no_secret_in_it() {
    let world = World::new();
    let response = world.admin("GET", "/projects?after=secret", None);
    let id = response.header("x-request-id").unwrap().to_owned();
    let lines = world.shared.lines.lock().unwrap();
    let line = format!(
        r#"{{"event":"management","time":"2027-01-15T08:00:00.000Z","requestId":"{id}","method":"GET","address":"203.0.113.7","status":200,"path":"{BASE}/projects","code":null,"actor":"platform-admin","trace":null}}"#
    );
    assert_eq!(*lines, [line]);
}

#[test]
fn a_log_line_names_the_actor_and_says_why_they_are_no_owner() {
    let table = Table::read();
    let world = table.world(&serde_json::Value::Null);
    let line = |caller: &str, path: &str| {
        let request = table.request(&world, caller, "GET", path);
        world.send_all(vec![(request, None)]);
        let line = world.shared.lines.lock().unwrap().pop().unwrap();
        serde_json::from_str::<serde_json::Value>(&line).unwrap()
    };
    let last = |line: &serde_json::Value| {
        line["trace"].as_array().map(|steps| steps.last().unwrap()["step"].as_str().unwrap().to_owned())
    };
    let caller = |idp: &str| serde_json::json!({ "idp": idp, "subject": "someone" });
    for (name, code, actor, step) in [
        ("admin", None, "platform-admin".into(), None),
        ("owner", None, caller("owners"), None),
        ("user", Some("role_missing"), caller("users"), Some("owner")),
        ("stranger", Some("token_untrusted"), serde_json::Value::Null, Some("idp")),
        ("former", Some("token_expired"), serde_json::Value::Null, Some("untimely")),
        ("nobody", Some("token_missing"), serde_json::Value::Null, None),
    ] {
        let line = line(name, "/projects/p1/custom-idp");
        assert_eq!(line["code"].as_str(), code, "{name}: {line}");
        assert_eq!(line["actor"], actor, "{name}: {line}");
        assert_eq!(last(&line).as_deref(), step, "{name}: {line}");
    }
}

#[test]
fn while_the_replica_fails_an_unknown_project_is_unavailable_and_not_denied() {
    let world = World::new();
    world.shared.replica.fails_reads.store(true, std::sync::atomic::Ordering::Relaxed);
    let token = token(world.now(), &serde_json::json!({}), "ec256-1", "ec256-1");
    let authorization = format!("Bearer {token}");
    let ask = |index: u32| {
        let request = world.request("GET", &format!("/projects/p{index}/custom-idp"), Some(&authorization));
        (request, None)
    };
    let responses = world.send_all((0..40).map(ask).collect());
    let count = |code: ErrorCode| responses.iter().filter(|response| response.code == Some(code)).count();
    // The records of the first 30 decide: these projects do not exist.
    assert_eq!((count(ErrorCode::TokenUntrusted), count(ErrorCode::StoreUnavailable)), (30, 10));
}
