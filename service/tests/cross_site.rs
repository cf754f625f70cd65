//! Requests that another site makes a browser send: they neither end a session nor choose one.

#![allow(clippy::indexing_slicing, clippy::panic, clippy::unwrap_used, reason = "a failing test panics")]

use crate::support;

use serde_json::json;
use support::keys::provider::{TokenVector, tokens};
use support::provider::{Logins, TOKEN_ENDPOINT, outcome, set_cookie};
use support::world::PUBLIC_URL;

fn logins() -> Logins {
    Logins::new(&["RS256".to_owned()], &json!({}))
}

/// The status of a request in a browser with a session, whose other headers are these.
fn send(logins: &Logins, method: &str, target: &str, session: &str, headers: &[(&str, &str)]) -> u16 {
    let headers: Vec<_> = [("cookie", session)].into_iter().chain(headers.iter().copied()).collect();
    let form = (method == "POST").then_some("");
    logins.world.run(vec![logins.sending_with(0, method, target, &headers, form)]).remove(0).status
}

#[test]
fn another_site_ends_no_session() {
    let logins = logins();
    let session = logins.session();
    let other = logins.session();
    let id = |session: &str| {
        let response = logins.send("GET", "/auth/session", session, None);
        let document: serde_json::Value = serde_json::from_str(&response.body.unwrap()).unwrap();
        document["sessionId"].as_str().unwrap().to_owned()
    };
    let one = format!("/auth/sessions/{}", id(&other));
    let headers: [&[(&str, &str)]; 12] = [
        &[],
        &[("sec-fetch-site", "cross-site")],
        &[("sec-fetch-site", "same-site")],
        &[("sec-fetch-site", "cross-site"), ("origin", PUBLIC_URL)],
        &[("sec-fetch-site", "same-origin"), ("sec-fetch-site", "cross-site")],
        &[("sec-fetch-site", "")],
        &[("origin", "https://evil.example")],
        &[("origin", "null")],
        &[("origin", "http://gateway.example.com")],
        &[("origin", "https://gateway.example.com.evil.example")],
        &[("origin", "https://gateway.example.com:8443")],
        &[("referer", PUBLIC_URL)],
    ];
    for headers in headers {
        for (method, target) in [("POST", "/auth/logout"), ("DELETE", "/auth/sessions"), ("DELETE", &one)] {
            assert_eq!(
                send(&logins, method, target, &session, headers),
                403,
                "{method} {target} {headers:?}"
            );
        }
        assert_eq!([&session, &other].map(|it| logins.is_live(it)), [Some(true); 2], "{headers:?}");
    }
    for method in ["GET", "HEAD"] {
        for headers in headers {
            let _page = send(&logins, method, "/auth/logout", &session, headers);
            assert_eq!(logins.is_live(&session), Some(true), "a link logs nobody out");
        }
    }
    assert_eq!(send(&logins, "DELETE", &one, &session, &[("origin", PUBLIC_URL)]), 204);
    assert_eq!(logins.is_live(&other), Some(false));
    assert_eq!(send(&logins, "POST", "/auth/logout", &session, &[("sec-fetch-site", "same-origin")]), 303);
    assert_eq!(logins.is_live(&session), Some(false));
}

#[test]
fn a_login_has_a_new_session_whatever_cookie_was_there() {
    let logins = logins();
    let good = TokenVector::good(&json!({}));
    let live = logins.session();
    let unknown = format!("__Host-session={}", "A".repeat(64));
    for planted in [&*live, &*unknown, "__Host-session=", "__Host-session=x; __Host-session=y"] {
        let mut begun = logins.begin("");
        logins.answer(TOKEN_ENDPOINT, 200, &tokens(Some(&good.id_token(logins.world.now(), &begun.nonce))));
        begun.cookie = format!("{}; {planted}", begun.cookie);
        let response = logins.end(&begun, "code=c");
        assert_eq!(outcome(&response), "signed_in", "{planted}");
        let session = set_cookie(&response, "__Host-session").unwrap();
        assert!(!planted.contains(&session) && logins.is_live(&session) == Some(true));
    }
    assert_eq!(logins.is_live(&unknown), Some(false));
}

#[test]
fn a_login_of_an_attacker_does_not_end_in_the_browser_of_a_victim() {
    let logins = logins();
    let good = TokenVector::good(&json!({}));
    let attackers = logins.begin("");
    logins.answer(TOKEN_ENDPOINT, 200, &tokens(Some(&good.id_token(logins.world.now(), &attackers.nonce))));
    let victims = logins.begin("").cookie;
    for cookie in ["", &victims, "__Host-login=", &format!("{victims}; {}", attackers.cookie)] {
        let response = logins.send("GET", &attackers.target("code=c"), cookie, None);
        assert_eq!(set_cookie(&response, "__Host-session"), None, "{cookie}");
    }
    assert_eq!(outcome(&logins.end(&attackers, "code=c")), "signed_in", "in the browser where it began");
}

#[test]
fn a_back_channel_takes_logout_tokens_only() {
    let logins = logins();
    let session = logins.session();
    let token = TokenVector::good(&json!({})).logout_token(logins.world.now());
    let long = format!("logout_token={}", "x".repeat(18 * 1024));
    for form in [
        None,
        Some(""),
        Some("logout_token="),
        Some("logout_token=x.y.z"),
        Some(&*format!("logout_token={token}&logout_token={token}")),
        Some(&*format!("token={token}")),
        Some(&*format!("logout_token={token}%zz")),
        Some(&*long),
    ] {
        assert_eq!(logins.send("POST", "/auth/backchannel-logout", "", form).status, 400, "{form:.60?}");
    }
    for method in ["GET", "HEAD", "PUT", "DELETE"] {
        let target = format!("/auth/backchannel-logout?logout_token={token}");
        assert_eq!(logins.send(method, &target, "", None).status, 405, "{method}");
    }
    assert_eq!(logins.is_live(&session), Some(true));
    let form = format!("logout_token={token}");
    assert_eq!(logins.send("POST", "/auth/backchannel-logout", "", Some(&form)).status, 200);
    assert_eq!(logins.is_live(&session), Some(false));
}
