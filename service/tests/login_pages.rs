//! What people see of a login at a provider, and what it leaves behind, against hosts in memory.

#![allow(clippy::indexing_slicing, clippy::panic, clippy::unwrap_used, reason = "a failing test panics")]

use crate::support;

use std::sync::atomic::Ordering;

use serde_json::{Value, json};
use service::host::Kind;
use support::keys::provider::{TokenVector, tokens, vectors};
use support::provider::{Begun, Logins, TOKEN_ENDPOINT, header, outcome, set_cookie};

#[test]
fn a_missing_email_address_is_asked_for() {
    let without = TokenVector::good(&json!({ "email": null, "email_verified": null }));
    for vector in vectors().user_info {
        let logins = Logins::new(&without.announced, &json!({}));
        logins.answer("https://op.example/me", vector.status, &vector.body());
        let expected = match &vector.expect {
            Value::Object(_) => "signed_in",
            fault if fault == "unverified" || fault == "missing" => "email_unverified",
            _ => "login_failed",
        };
        let outcome = outcome(&logins.log_in(&without));
        assert_eq!(outcome, expected, "{}", vector.name);
    }
}

#[test]
fn a_test_login_says_whether_there_is_a_refresh_token() {
    let good = TokenVector::good(&json!({}));
    for (refresh_token, expected) in
        [(json!("r"), "issued a refresh token"), (json!(null), "issued no refresh token")]
    {
        let logins = Logins::new(&good.announced, &json!({}));
        let begun = Begun::read(&logins.send("GET", "/auth/login?return_to=/&test=d1", "", None));
        let mut answer: Value =
            serde_json::from_str(&tokens(Some(&good.id_token(logins.world.now(), &begun.nonce)))).unwrap();
        answer["refresh_token"] = refresh_token;
        logins.answer(TOKEN_ENDPOINT, 200, &answer.to_string());
        let response = logins.end(&begun, "code=c");
        assert_eq!(response.status, 200);
        assert!(response.body.as_deref().unwrap().contains(expected), "{response:?}");
    }
}

#[test]
fn a_test_login_that_fails_says_why_where_it_began() {
    let good = TokenVector::good(&json!({}));
    let advice = "check `clientSecret`";
    let logins = Logins::new(&good.announced, &json!({}));
    let test = || Begun::read(&logins.send("GET", "/auth/login?test=d1", "", None));
    logins.answer(TOKEN_ENDPOINT, 401, r#"{"error":"invalid_client"}"#);
    let begun = test();
    let elsewhere = logins.send("GET", &begun.target("code=c"), "", None);
    assert!(!elsewhere.body.as_deref().unwrap().contains(advice), "another browser");
    let page = logins.end(&begun, "code=c").body.unwrap();
    assert!(page.contains("The test login failed") && page.contains(advice), "{page}");
    let page = logins.end(&logins.begin(""), "code=c").body.unwrap();
    assert!(!page.contains(advice), "no test: {page}");
    let begun = test();
    let unverified = TokenVector::good(&json!({ "email_verified": false }));
    let id_token = unverified.id_token(logins.world.now(), &begun.nonce);
    logins.answer(TOKEN_ENDPOINT, 200, &tokens(Some(&id_token)));
    let page = logins.end(&begun, "code=c").body.unwrap();
    assert_eq!(page.matches("<li>").count(), 2, "nothing twice: {page}");
}

#[test]
fn a_test_of_an_earlier_draft_shows_no_password_form() {
    let logins = Logins::new(&["RS256".to_owned()], &json!({}));
    let response = logins.send("GET", "/auth/login?test=d0", "", None);
    let page = response.body.as_deref().unwrap();
    assert_eq!(response.status, 404);
    assert!(page.contains("earlier draft") && !page.contains("<form"), "{page}");
}

#[test]
fn a_login_that_says_nothing_else_leads_to_who_is_signed_in() {
    let good = TokenVector::good(&json!({}));
    let logins = Logins::new(&good.announced, &json!({}));
    let home = logins.send("GET", "/auth/", "", None);
    assert_eq!((home.status, header(&home, "location")), (303, Some("/auth/login")));
    let begun = Begun::read(&logins.send("GET", "/auth/login", "", None));
    let id_token = good.id_token(logins.world.now(), &begun.nonce);
    logins.answer(TOKEN_ENDPOINT, 200, &tokens(Some(&id_token)));
    let end = logins.end(&begun, "code=c");
    assert!(end.body.as_deref().unwrap().contains("href=\"/auth/\""), "{end:?}");
    let session = set_cookie(&end, "__Host-session").unwrap();
    let home = logins.send("GET", "/auth/", &session, None);
    let page = home.body.as_deref().unwrap();
    assert!(
        home.status == 200 && page.contains("ada@example.com") && page.contains("no roles yet"),
        "{page}"
    );
    assert!(page.contains("action=\"/auth/logout\"") && !page.contains("<script"), "{page}");
    let refused = logins.send("GET", "/auth/?refused=%2Fapp%2Fx%3Fa%3D1%26b", &session, None);
    let page = refused.body.as_deref().unwrap();
    assert!(refused.status == 403 && page.contains("You may not open"), "{page}");
    assert!(page.contains("href=\"/app/x?a=1&#38;b\"") && page.contains("ada@example.com"), "{page}");
    let other = "/auth/login?prompt=select_account&#38;return_to=%2Fapp%2Fx%3Fa%3D1%26b";
    assert!(page.contains(&format!("href=\"{other}\"")), "{page}");
    let elsewhere = logins.send("GET", "/auth/?refused=%2F%2Fevil.example", &session, None);
    assert!(elsewhere.status == 400 && !elsewhere.body.as_deref().unwrap().contains("evil"), "{elsewhere:?}");
    let signed_out = logins.send("GET", "/auth/?refused=%2Fapp%2Fx", "", None);
    assert_eq!(header(&signed_out, "location"), Some("/auth/login?return_to=%2Fapp%2Fx"));
}

#[test]
fn who_is_refused_can_use_another_account() {
    let stranger = TokenVector::good(&json!({ "sub": "stranger", "email": "eve@example.com" }));
    let logins = Logins::new(&stranger.announced, &json!({}));
    let log_in = |by: &TokenVector, target: &str, session: &str| {
        let sent = logins.send("GET", target, session, None);
        let begun = Begun::read(&sent);
        logins.answer(TOKEN_ENDPOINT, 200, &tokens(Some(&by.id_token(logins.world.now(), &begun.nonce))));
        (sent.body.unwrap(), logins.end(&begun, "code=c"))
    };
    let (asked, refused) = log_in(&stranger, "/auth/login?return_to=/app/x", "");
    assert!(refused.status == 403 && !asked.contains("prompt="), "{asked}");
    let again = "/auth/login?prompt=select_account&return_to=%2Fapp%2Fx";
    let page = refused.body.as_deref().unwrap();
    assert!(page.contains(&again.replace('&', "&#38;")) && page.contains("another account"), "{page}");
    let (asked, admitted) = log_in(&TokenVector::good(&json!({})), again, "");
    assert!(asked.contains("prompt=login") && admitted.status == 200, "{asked}");
    // With a session, too: another one takes its place.
    let session = set_cookie(&admitted, "__Host-session").unwrap();
    let on = logins.send("GET", "/auth/login?prompt=login&return_to=%2Fapp%2Fx", &session, None);
    assert_eq!((on.status, header(&on, "location")), (303, Some("/app/x")));
    let (asked, _) = log_in(&stranger, again, &session);
    assert!(asked.contains("prompt=login"), "{asked}");
}

#[test]
fn pages_say_what_happened() {
    let logins = Logins::new(&["RS256".to_owned()], &json!({}));
    let page = |target: &str| logins.send("GET", target, "", None).body.unwrap();
    assert!(!page("/auth/signed-out").contains("company"));
    assert!(page("/auth/signed-out?state=signed-out").contains("company"));
    let refused = page("/auth/session");
    assert!(refused.contains(r#""login":"/auth/login""#) && refused.contains("sign in at"), "{refused}");
    let wrong = page("/auth/login?return_to=//evil.example");
    assert!(wrong.contains("This link cannot") && !wrong.contains("form"), "{wrong}");
    logins.configure("active", json!(false));
    assert!(page("/auth/activation").contains("incomplete"));
    assert!(page("/auth/activation?link=x").contains("used already"));
}

#[test]
fn a_cookie_that_no_gateway_made_costs_no_read_of_the_directory() {
    let logins = Logins::new(&["RS256".to_owned()], &json!({}));
    let session = logins.session();
    let reads = || logins.world.shared.directory.reads.load(Ordering::Relaxed);
    let before = reads();
    let (name, value) = session.split_once('=').unwrap();
    for changed in
        [format!("A{}", value.get(1..).unwrap()), format!("{}A", value.get(..63).unwrap()), "A".repeat(64)]
    {
        assert_eq!(logins.is_live(&format!("{name}={changed}")), Some(false), "{changed}");
        assert_eq!(logins.send("GET", "/auth/session", &format!("{name}={changed}"), None).status, 401);
    }
    assert_eq!(reads(), before);
    assert_eq!(logins.is_live(&session), Some(true));
    assert!(reads() > before);
}

#[test]
fn invented_codes_drive_no_other_refused_login_out() {
    let good = TokenVector::good(&json!({}));
    let logins = Logins::new(&good.announced, &json!({}));
    let stranger = TokenVector::good(&json!({ "email": "eve@example.com", "sub": "eve" }));
    assert_eq!(outcome(&logins.log_in(&stranger)), "user_unknown");
    let begun = logins.begin("");
    logins.answer(TOKEN_ENDPOINT, 400, r#"{"error":"invalid_grant"}"#);
    for _ in 0..150 {
        logins.world.pass(3.0);
        assert_eq!(outcome(&logins.end(&begun, "code=invented")), "login_failed");
    }
    assert_eq!(logins.world.shared.directory.count(Kind::RefusedLogin), 21);
    let kept = logins.world.shared.directory.values().concat();
    assert!(kept.contains("user_unknown") && kept.contains("eve@example.com"));
    for _ in 0..100 {
        logins.world.pass(1.0);
        assert_eq!(outcome(&logins.log_in(&stranger)), "user_unknown");
    }
    assert_eq!(logins.world.shared.directory.count(Kind::RefusedLogin), 100);
}

#[test]
fn a_session_ends_with_the_way_of_its_login() {
    let good = TokenVector::good(&json!({}));
    let other = json!("https://other.example");
    for (name, value) in [("active", json!(false)), ("issuer", other)] {
        let logins = Logins::new(&good.announced, &json!({}));
        let session = logins.session();
        assert_eq!(logins.is_live(&session), Some(true));
        logins.configure(name, value);
        assert_eq!(logins.is_live(&session), Some(false), "{name}");
        logins.configure("active", json!(true));
        logins.configure("issuer", json!("https://op.example/realms/a"));
        assert_eq!(logins.is_live(&session), Some(false), "it has ended");
    }
}

#[test]
fn what_is_stored_shows_no_secret() {
    let logins = Logins::new(&["RS256".to_owned()], &json!({}));
    let begun = logins.begin("");
    let id_token = TokenVector::good(&json!({})).id_token(logins.world.now(), &begun.nonce);
    let body = tokens(Some(&id_token)).replace("\"r\"", "\"refresh-token-1\"");
    logins.answer(TOKEN_ENDPOINT, 200, &body);
    let session = set_cookie(&logins.end(&begun, "code=code-1"), "__Host-session").unwrap();
    logins.world.pass(301.0);
    logins.answer(TOKEN_ENDPOINT, 200, &body.replace("token-1", "token-2"));
    assert_eq!(logins.is_live(&session), Some(true));
    let stored = logins.world.shared.directory.values().join("\n");
    let lines = logins.world.shared.lines.lock().unwrap().join("\n");
    assert!(stored.contains("refreshToken"), "the session is there");
    let values = [&session, &begun.cookie].map(|cookie| cookie.split_once('=').unwrap().1);
    let secrets = [&id_token, "refresh-token", "access-token", "code-1", &begun.state, &begun.nonce];
    for secret in values.iter().chain(&secrets) {
        assert!(!stored.contains(secret) && !lines.contains(secret), "{secret}");
    }
}

#[test]
fn a_login_lasts_ten_minutes_and_begins_anew_once() {
    let logins = Logins::new(&["RS256".to_owned()], &json!({}));
    let old = logins.begin("");
    logins.world.pass(601.0);
    let anew = logins.end(&old, "code=c");
    assert_eq!(outcome(&anew), "begun_anew");
    let again = Begun::read(&anew);
    logins.world.pass(601.0);
    assert_eq!(outcome(&logins.end(&again, "code=c")), "login_failed");
}

#[test]
fn any_number_of_tabs_log_in() {
    let good = TokenVector::good(&json!({}));
    let logins = Logins::new(&good.announced, &json!({}));
    let first = logins.begin("");
    let tabs: Vec<_> = (0..5).map(|_| logins.begin(&first.cookie)).collect();
    for tab in tabs.iter().rev().chain([&first]) {
        assert_eq!(tab.cookie, first.cookie, "one cookie for all");
        logins.answer(TOKEN_ENDPOINT, 200, &tokens(Some(&good.id_token(logins.world.now(), &tab.nonce))));
        assert_eq!(outcome(&logins.end(tab, "code=c")), "signed_in");
    }
}
