//! Routes documents: every fault at once, each with its place, the value and what would be right.

#![allow(clippy::indexing_slicing, clippy::panic, clippy::unwrap_used, reason = "a failing test panics")]

use edge_authorizer::{RequestPath, Routes};
use serde_json::json;

use crate::support;

use support::documents::{expectations, pointers, routes, with};

#[test]
fn routes_faults_point_to_their_place() {
    let route = &routes()["routes"][0];
    for (changes, pointers_expected) in [
        (json!({"path": "api/{project}"}), vec!["/routes/0/path"]),
        (json!({"path": "/api//{project}"}), vec!["/routes/0/path"]),
        (json!({"path": "/api/../{project}"}), vec!["/routes/0/path"]),
        (json!({"path": "/a%20b/{project}"}), vec!["/routes/0/path"]),
        (json!({"path": "/api/{project"}), vec!["/routes/0/path"]),
        (json!({"path": "/api/x"}), vec!["/routes/0/path"]),
        (json!({"path": "/api/x-{project}"}), vec!["/routes/0/path"]),
        (json!({"path": "/{project}/x/{project}"}), vec!["/routes/0/path"]),
        (json!({"path": "/{project}/{*project}"}), vec!["/routes/0/path"]),
        (json!({"path": "/{project}".to_owned() + &"/{p}".repeat(16)}), vec!["/routes/0/path"]),
        (json!({"path": "/healthz"}), vec!["/routes/0/path"]),
        (json!({"path": "/inspector/{project}"}), vec!["/routes/0/path"]),
        (json!({"path": "/project-management-service/v1/{project}"}), vec!["/routes/0/path"]),
        (json!({"origin": "b"}), vec!["/routes/0/origin"]),
        (json!({"origin": null, "access": null}), vec!["/routes/0/origin", "/routes/0/access"]),
        (json!({"access": {"HEAD": ["r"]}}), vec!["/routes/0/access/HEAD"]),
        (json!({"access": {"get": ["r"]}}), vec!["/routes/0/access/get"]),
        (json!({"access": {"GET": []}}), vec!["/routes/0/access/GET"]),
        (json!({"access": {"GET": ["r", "a,b"]}}), vec!["/routes/0/access/GET/1"]),
        (json!({"public": true}), vec!["/routes/0/access"]),
        (json!({"public": "yes"}), vec!["/routes/0/public"]),
        (json!({"forwardToken": 1}), vec!["/routes/0/forwardToken"]),
        (json!({"assertion": {}}), vec!["/routes/0/assertion/audience"]),
        (json!({"assertion": {"audience": ""}}), vec!["/routes/0/assertion/audience"]),
        (json!({"assertion": {"audience": "a", "life": 9}}), vec!["/routes/0/assertion/life"]),
        (
            json!({"access": null, "public": true, "assertion": {"audience": "a"}}),
            vec!["/routes/0/assertion"],
        ),
        (json!({"session": 1}), vec!["/routes/0/session"]),
        (json!({"access": null, "public": true, "session": true}), vec!["/routes/0/session"]),
        (json!({"cors": {"origins": ["*"], "credentials": true}}), vec!["/routes/0/cors/origins"]),
        (json!({"methods": ["GET"]}), vec!["/routes/0/methods"]),
    ] {
        let document = with(&routes(), &json!({ "routes": [with(route, &changes)] }));
        assert_eq!(pointers(Routes::parse(&document)), pointers_expected, "{changes}");
    }
}

#[test]
fn routes_that_cannot_stand_together_name_each_other() {
    let route = |path: &str| json!({ "path": path, "origin": "a", "public": true });
    let same = "another path; this is the same as `/routes/1/path`";
    for (path, expected) in [("/x/{project}", Some(same)), ("/x/{p}", Some(same)), ("/x/{p}/y", None)] {
        // The faults of another route do not shift the numbers.
        let list = [route("x"), route("/x/{project}"), route(path)];
        let found = expectations(Routes::parse(&with(&routes(), &json!({ "routes": list }))));
        let found: Vec<_> = found.iter().map(|(pointer, expected)| (&**pointer, &**expected)).collect();
        let first = ("/routes/0/path", "a path that begins with `/`");
        let other = expected.map(|expected| ("/routes/2/path", expected));
        assert_eq!(found, [first].into_iter().chain(other).collect::<Vec<_>>(), "{path}");
    }
}

#[test]
fn routes_name_the_secrets_that_their_origins_take() {
    let origin = |secret: &str| json!({ "url": "https://a.example", "secretHeader": { "name": "X-S", "secret": secret } });
    let origins = json!({ "a": origin("B"), "b": origin("A"), "c": origin("B"), "unused": origin("C"), "open": { "url": "https://b.example" } });
    let route = |path: &str, origin: &str| json!({ "path": path, "origin": origin, "public": true });
    let list = [route("/a", "a"), route("/b", "b"), route("/c", "c"), route("/d", "open")];
    let routes = Routes::parse(&json!({ "origins": origins, "routes": list })).unwrap();
    assert_eq!(routes.secrets().into_iter().collect::<Vec<_>>(), ["A", "B"]);
}

#[test]
fn origin_faults_point_to_their_place() {
    let secret = |name: &str, secret: &str| json!({"secretHeader": {"name": name, "secret": secret}});
    for (changes, pointer) in [
        (json!({"url": "a.example"}), "/origins/a/url"),
        (json!({"url": "https://a.example/path"}), "/origins/a/url"),
        (json!({"url": "https://u:p@a.example"}), "/origins/a/url"),
        (json!({"url": "ftp://a.example"}), "/origins/a/url"),
        (json!({"timeoutMs": 0}), "/origins/a/timeoutMs"),
        (json!({"timeoutMs": 1.5}), "/origins/a/timeoutMs"),
        (secret("X-Auth-Roles", "S"), "/origins/a/secretHeader/name"),
        (secret("Connection", "S"), "/origins/a/secretHeader/name"),
        (secret("a b", "S"), "/origins/a/secretHeader/name"),
        (secret("X-Origin-Auth", "no-binding"), "/origins/a/secretHeader/secret"),
        (secret("X-Origin-Auth", "ADMIN_TOKEN"), "/origins/a/secretHeader/secret"),
        (secret("X-Origin-Auth", "SEALING_KEY"), "/origins/a/secretHeader/secret"),
        (secret("X-Origin-Auth", "EDGE_SEALING_KEY_PREVIOUS"), "/origins/a/secretHeader/secret"),
        (json!({"port": 80}), "/origins/a/port"),
    ] {
        let origin = with(&json!({"url": "https://a.example"}), &changes);
        let document = with(&routes(), &json!({ "origins": { "a": origin } }));
        assert_eq!(pointers(Routes::parse(&document))[0], pointer, "{changes}");
    }
    let origin = with(&json!({"url": "http://a.example:81/"}), &secret("X-Origin-Auth", "INSIGHTS_SECRET"));
    assert!(Routes::parse(&with(&routes(), &json!({ "origins": { "a": origin } }))).is_ok());
}

#[test]
fn the_assertion_of_a_route_takes_precedence_over_the_one_of_its_origin() {
    let origins = json!({ "a": { "url": "https://a.example", "assertion": { "audience": "origin" } } });
    let access = json!({ "GET": ["access"] });
    let list = json!([
        { "path": "/own/{project}", "origin": "a", "access": access, "assertion": { "audience": "route" } },
        { "path": "/none/{project}", "origin": "a", "access": access },
        { "path": "/public", "origin": "a", "public": true },
    ]);
    let routes = Routes::parse(&json!({ "origins": origins, "routes": list })).unwrap();
    for (path, expected) in [("/own/p1", Some("route")), ("/none/p1", Some("origin")), ("/public", None)] {
        let path = RequestPath::try_from(path).unwrap();
        let found = routes.find(&path).unwrap().unwrap();
        assert_eq!(found.route.assertion.as_ref().map(|it| &*it.audience), expected, "{path:?}");
    }
}
