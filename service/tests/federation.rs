//! The configuration of the federation: when it can be changed, and what a test login is needed for.

#![allow(clippy::indexing_slicing, clippy::panic, clippy::unwrap_used, reason = "a failing test panics")]

use crate::support;

use serde_json::{Value, json};
use service::http::Response;
use support::keys::provider::ISSUER;
use support::provider::Logins;
use support::world::body;

fn logins() -> Logins {
    Logins::new(&["RS256".to_owned()], &json!({}))
}

/// Saves the federation with changes.
fn put(logins: &Logins, query: &str, changes: &Value) -> Response {
    let mut document = json!({ "issuer": ISSUER, "clientId": "gateway", "active": true });
    document.as_object_mut().unwrap().extend(changes.as_object().unwrap().clone());
    logins.world.admin("PUT", &format!("/federation{query}"), Some(&document))
}

#[test]
fn a_federation_is_deactivated_while_its_provider_is_down() {
    let logins = logins();
    logins.silence(&format!("{ISSUER}/.well-known/openid-configuration"));
    let response = put(&logins, "", &json!({ "active": false }));
    assert_eq!(response.status, 200, "{response:?}");
    let shown = body(&logins.world.admin("GET", "/federation", None));
    assert_eq!((&shown["active"], &shown["draft"]), (&json!(false), &json!("d1")));
    assert_eq!(shown["provider"]["issuer"], ISSUER);
    for changes in [
        json!({}),
        json!({ "active": false, "clientSecret": "new" }),
        json!({ "active": false, "clientId": "other", "clientSecret": "new" }),
    ] {
        let response = put(&logins, "?force=true", &changes);
        assert_eq!(body(&response)["code"], "issuer_unusable", "{changes}");
    }
}

#[test]
fn only_what_a_test_login_shows_needs_another() {
    let tested = json!({ "user": "u_AAAAAAAAAAAAAAAAAAAAAA", "at": 1.0 });
    for (changes, status) in [
        (json!({ "sessionHours": 2 }), 200),
        (json!({ "prompt": "login" }), 200),
        (json!({ "offlineAccess": true }), 409),
        (json!({ "trustedEmailDomains": ["example.com"] }), 409),
        (json!({ "clientSecret": "new" }), 409),
        (json!({ "clientId": "other", "clientSecret": "s" }), 409),
    ] {
        let logins = logins();
        logins.test(&tested);
        let response = put(&logins, "", &changes);
        assert_eq!(response.status, status, "{changes}: {response:?}");
        if status == 200 {
            let shown = body(&response);
            assert_eq!((&shown["draft"], &shown["tested"]), (&json!("d1"), &tested), "{changes}");
        } else {
            let problem = body(&response);
            assert_eq!(problem["code"], "login_untested", "{changes}");
            assert!(problem["detail"].as_str().unwrap().contains("ends all sessions"), "{problem}");
        }
    }
}
