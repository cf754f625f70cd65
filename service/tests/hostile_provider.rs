//! Logins at hostile and careless providers: the vectors of the core's tests and the flow around them, against hosts in memory.

#![allow(clippy::indexing_slicing, clippy::panic, clippy::unwrap_used, reason = "a failing test panics")]

use crate::support;

use serde_json::{Value, json};
use service::host::Kind;
use support::keys::provider::{TokenVector, tokens, vectors};
use support::provider::{Logins, TOKEN_ENDPOINT, header, outcome, set_cookie};

/// A provider as a vector has it. Keys that are replaced have been fetched before.
fn provider(vector: &TokenVector) -> Logins {
    let logins = Logins::new(&vector.announced, &json!({}));
    match &vector.keys {
        Some(keys) => logins.publish(keys),
        None => logins.silence("https://op.example/jwks"),
    }
    if let Some(newer) = &vector.newer {
        let _fetches_keys = logins.log_in(&TokenVector::good(&json!({ "sub": "" })));
        let _fetches_keys = logins.log_in(&TokenVector::good(&json!({ "email": null })));
        logins.publish(newer);
        logins.world.pass(600.0);
    }
    logins
}

#[test]
fn a_login_ends_as_its_id_token_is_judged() {
    for vector in vectors().id_token {
        let logins = provider(&vector);
        let response = logins.log_in(&vector);
        let expected = if vector.expect == "accepted" { "signed_in" } else { "login_failed" };
        assert_eq!(outcome(&response), expected, "{}", vector.name);
        let session = set_cookie(&response, "__Host-session");
        assert_eq!(session.and_then(|it| logins.is_live(&it)), (expected == "signed_in").then_some(true));
    }
}

#[test]
fn a_session_ends_unless_its_refresh_is_good() {
    for vector in vectors().refresh {
        let logins = provider(&vector);
        let session = logins.session();
        logins.world.pass(301.0);
        let id_token = vector.id_token.then(|| vector.id_token(logins.world.now(), "n"));
        logins.answer(TOKEN_ENDPOINT, 200, &tokens(id_token.as_deref()));
        assert_eq!(logins.is_live(&session), Some(vector.expect == "accepted"), "{}", vector.name);
    }
}

#[test]
fn a_session_ends_when_its_refresh_token_does_and_waits_for_a_silent_provider() {
    for (status, body, expected) in [
        (400, r#"{"error":"invalid_grant"}"#, Some(false)),
        (400, r#"{"error":"invalid_client"}"#, None),
        (500, r#"{"error":"invalid_grant"}"#, None),
        (200, "<html>", None),
    ] {
        let logins = Logins::new(&["RS256".to_owned()], &json!({}));
        let session = logins.session();
        logins.answer(TOKEN_ENDPOINT, status, body);
        logins.world.pass(200.0);
        assert_eq!(logins.is_live(&session), Some(true), "the provider was heard of a while ago");
        logins.world.pass(101.0);
        assert_eq!(logins.is_live(&session), expected, "{status} {body}");
        logins.answer(TOKEN_ENDPOINT, 200, &tokens(None));
        assert_eq!(logins.is_live(&session), Some(expected.is_none()), "the provider is back");
    }
}

#[test]
fn a_logout_token_ends_what_it_names_once() {
    for vector in vectors().logout {
        let logins = provider(&vector);
        logins.publish(&["rsa-1".to_owned()]);
        let session = logins.session();
        if let Some(newer) = &vector.newer {
            logins.publish(newer);
            logins.world.pass(90.0);
        }
        let form = format!("logout_token={}", vector.logout_token(logins.world.now()));
        let send = || logins.send("POST", "/auth/backchannel-logout", "", Some(&form)).status;
        let is_good = matches!(&*vector.expect, "session" | "subject_only");
        assert_eq!(send(), if is_good { 200 } else { 400 }, "{}", vector.name);
        assert_eq!(send(), 400, "{}, once more", vector.name);
        assert_eq!(logins.is_live(&session), Some(!is_good), "{}", vector.name);
    }
}

#[test]
fn a_replayed_logout_token_ends_no_later_session() {
    let vector = TokenVector::good(&json!({ "sid": null }));
    let logins = provider(&vector);
    let session = logins.session();
    let form = format!("logout_token={}", vector.logout_token(logins.world.now()));
    let send = || logins.send("POST", "/auth/backchannel-logout", "", Some(&form)).status;
    assert_eq!((send(), logins.is_live(&session)), (200, Some(false)));
    logins.world.pass(10.0);
    let later = logins.session();
    assert_eq!((send(), logins.is_live(&later)), (400, Some(true)));
}

#[test]
fn a_logout_token_before_the_end_of_a_login_wins() {
    for claims in [json!({}), json!({ "sid": null }), json!({ "sub": null })] {
        let vector = TokenVector::good(&claims);
        let logins = provider(&vector);
        let begun = logins.begin("");
        let good = TokenVector::good(&json!({ "sid": "s1" }));
        let id_token = good.id_token(logins.world.now(), &begun.nonce);
        logins.answer(TOKEN_ENDPOINT, 200, &tokens(Some(&id_token)));
        let form = format!("logout_token={}", vector.logout_token(logins.world.now()));
        assert_eq!(logins.send("POST", "/auth/backchannel-logout", "", Some(&form)).status, 200);
        assert_eq!(outcome(&logins.end(&begun, "code=c")), "login_failed", "{claims}");
    }
}

#[test]
fn a_response_belongs_to_a_login_of_this_browser() {
    let good = TokenVector::good(&json!({}));
    let logins = Logins::new(&good.announced, &json!({}));
    let mut begun = logins.begin("");
    logins.answer(TOKEN_ENDPOINT, 200, &tokens(Some(&good.id_token(logins.world.now(), &begun.nonce))));
    let own = begun.cookie.clone();
    let state: String = form_urlencoded::byte_serialize(begun.state.as_bytes()).collect();
    let callback =
        |query: &str| logins.send("GET", &format!("/auth/federation-callback?{query}"), &own, None);
    for query in [
        String::new(),
        "code=c".to_owned(),
        format!("state={state}"),
        "state=x&code=c".to_owned(),
        format!("state=x{state}&code=c"),
        format!("state={state}A&code=c"),
        format!("state={state}&code=c&code=c"),
        format!("state={state}&state={state}&code=c"),
        format!("state={state}&code=c&error=access_denied"),
        format!("state={state}&error=access_denied&error_description=no"),
        format!("state={state}&code=%zz"),
    ] {
        assert_eq!(outcome(&callback(&query)), "login_failed", "{query}");
    }
    // In another browser, or in one that lost its cookie, the login begins anew.
    for cookie in ["", &logins.begin("").cookie, &format!("{own}; {own}")] {
        cookie.clone_into(&mut begun.cookie);
        assert_eq!(outcome(&logins.end(&begun, "code=c")), "begun_anew", "{cookie}");
    }
    begun.cookie.clone_from(&own);
    let first = logins.end(&begun, "code=c");
    assert_eq!(outcome(&first), "signed_in");
    assert_eq!(outcome(&logins.end(&begun, "code=c")), "begun_anew", "used twice, without a session");
    begun.cookie = format!("{own}; {}", set_cookie(&first, "__Host-session").unwrap());
    let again = logins.end(&begun, "code=c");
    assert_eq!(
        (again.status, header(&again, "location")),
        (303, Some("/plant7/api?x=1")),
        "used twice, with a session"
    );
}

#[test]
fn no_return_path_leads_to_another_host() {
    let table: Value = serde_json::from_str(include_str!("../../tests/return_paths.json")).unwrap();
    let logins = Logins::new(&["RS256".to_owned()], &json!({}));
    let session = logins.session();
    let go = |path: &Value| {
        let path: String = form_urlencoded::byte_serialize(path.as_str().unwrap().as_bytes()).collect();
        logins.send("GET", &format!("/auth/login?return_to={path}"), &session, None)
    };
    for path in table["refused"].as_array().unwrap() {
        let response = go(path);
        assert_eq!((response.status, header(&response, "location")), (400, None), "{path}");
    }
    let accepted = ["harmless", "kept"].iter().flat_map(|name| table[name].as_array().unwrap());
    for path in accepted {
        let response = go(path);
        assert_eq!((response.status, header(&response, "location")), (303, path.as_str()), "{path}");
    }
}

#[test]
fn the_issuer_of_a_response_is_compared() {
    for (is_announced, parameters, expected) in [
        (true, "code=c&iss=https://op.example/realms/a", "signed_in"),
        (true, "code=c", "login_failed"),
        (true, "code=c&iss=https://evil.example", "login_failed"),
        (false, "code=c&iss=https://op.example/realms/a", "signed_in"),
        (false, "code=c&iss=https://evil.example", "login_failed"),
        (false, "code=c", "signed_in"),
    ] {
        let good = TokenVector::good(&json!({}));
        let announcement = json!({ "authorization_response_iss_parameter_supported": is_announced });
        let logins = Logins::new(&good.announced, &announcement);
        let begun = logins.begin("");
        logins.answer(TOKEN_ENDPOINT, 200, &tokens(Some(&good.id_token(logins.world.now(), &begun.nonce))));
        assert_eq!(outcome(&logins.end(&begun, parameters)), expected, "{is_announced} {parameters}");
    }
}

#[test]
fn a_token_endpoint_is_judged_by_its_answer() {
    let with = |changes: &Value, id_token: &str| {
        let mut body: Value = serde_json::from_str(&tokens(Some(id_token))).unwrap();
        body.as_object_mut().unwrap().extend(changes.as_object().unwrap().clone());
        body.to_string()
    };
    let long = "x".repeat(8 * 1024);
    for (status, changes, expected) in [
        (200, json!({ "token_type": "Bearer" }), "signed_in"),
        (200, json!({ "token_type": "BEARER", "expires_in": 3600 }), "signed_in"),
        (200, json!({ "expires_in": null }), "signed_in"),
        (200, json!({ "refresh_token": null }), "signed_in"),
        (200, json!({ "access_token": long, "refresh_token": long }), "signed_in"),
        (200, json!({ "token_type": "mac" }), "login_failed"),
        (200, json!({ "token_type": null }), "login_failed"),
        (200, json!({ "access_token": null }), "login_failed"),
        (200, json!({ "id_token": null }), "login_failed"),
        (200, json!({ "id_token": "x.y.z" }), "login_failed"),
        (200, json!({ "id_token": "x".repeat(16 * 1024 + 1) }), "login_failed"),
        (400, json!({ "error": "invalid_grant" }), "login_failed"),
        (401, json!({ "error": "invalid_client" }), "login_failed"),
        (500, json!({}), "provider_unavailable"),
        (302, json!({}), "provider_unavailable"),
    ] {
        let good = TokenVector::good(&json!({}));
        let logins = Logins::new(&good.announced, &json!({}));
        let begun = logins.begin("");
        let body = with(&changes, &good.id_token(logins.world.now(), &begun.nonce));
        logins.answer(TOKEN_ENDPOINT, status, &body);
        assert_eq!(outcome(&logins.end(&begun, "code=c")), expected, "{status} {changes:.80}");
        // Who invents codes takes up no room.
        let ended = logins.world.shared.directory.count(Kind::Spent);
        assert_eq!(ended, u64::from(expected == "signed_in"), "{status} {changes:.80}");
    }
}

#[test]
fn a_provider_that_is_slow_is_not_waited_for() {
    let logins = Logins::new(&["RS256".to_owned()], &json!({}));
    let begun = logins.begin("");
    logins.silence(TOKEN_ENDPOINT);
    assert_eq!(outcome(&logins.end(&begun, "code=c")), "provider_unavailable");
}

#[test]
fn a_description_of_another_issuer_is_refused_before_the_browser_is_sent_there() {
    for changes in [
        json!({ "issuer": "https://op.example/realms/b" }),
        json!({ "issuer": "https://op.example/realms/a/" }),
        json!({ "authorization_endpoint": "http://op.example/auth" }),
        json!({ "id_token_signing_alg_values_supported": ["none", "HS256"] }),
    ] {
        let logins = Logins::new(&["RS256".to_owned()], &json!({}));
        let mut document = support::keys::provider::metadata(&["RS256".to_owned()]);
        document.as_object_mut().unwrap().extend(changes.as_object().unwrap().clone());
        let url = format!("{}/.well-known/openid-configuration", support::keys::provider::ISSUER);
        logins.answer(&url, 200, &document.to_string());
        let response = logins.send("GET", "/auth/login", "", None);
        assert_eq!(response.status, 503, "{changes}");
        assert!(!response.body.unwrap().contains("op.example"), "{changes}");
    }
}

#[test]
fn a_provider_that_is_down_is_asked_for_its_description_now_and_then() {
    let good = TokenVector::good(&json!({}));
    let logins = Logins::new(&good.announced, &json!({}));
    logins.begin("");
    logins.world.pass(700.0);
    let configuration = "https://op.example/realms/a/.well-known/openid-configuration";
    logins.silence(configuration);
    let asked = || {
        let fetched = logins.world.shared.network.fetched.lock().unwrap();
        fetched.iter().filter(|url| *url == configuration).count()
    };
    let before = asked();
    for _ in 0..10 {
        logins.begin("");
    }
    assert_eq!(asked() - before, 1);
    logins.world.pass(30.0);
    logins.begin("");
    assert_eq!(asked() - before, 2);
}
