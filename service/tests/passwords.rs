//! Logging in by password, activation and recovery, against hosts in memory.

#![allow(clippy::indexing_slicing, clippy::panic, clippy::unwrap_used, reason = "a failing test panics")]

use crate::support;

use std::sync::atomic::Ordering;

use edge_authorizer::users::LinkPurpose;
use serde_json::json;
use service::http::Response;
use support::people::*;
use support::world::World;

pub const ADA: &str = "ada@example.com";
pub const PASSWORD: &str = "horse staple battery";
pub const OTHER: &str = "another good sentence";

/// `ada` with a password, `eve` without one, and `off`, who is disabled.
pub fn world() -> World {
    let world = World::new();
    declare(&world, "u_ada", &json!({ "email": ADA, "roles": ["admin"] }), Some(PASSWORD));
    declare(&world, "u_eve", &json!({ "email": "eve@example.com" }), None);
    declare(&world, "u_off", &json!({ "email": "off@example.com", "name": "Disabled" }), Some(PASSWORD));
    world
}

/// The page of an answer without what differs between requests.
pub fn page(response: &Response) -> (u16, String) {
    let body = response.body.clone().unwrap_or_default();
    let is_same = |line: &&str| !line.contains("<code>") && !line.contains("name=\"email\"");
    (response.status, body.lines().filter(is_same).collect())
}

pub fn choose(world: &World, link: &str, password: &str) -> Response {
    submit(world, "activation", &[("link", link), ("password", password)])
}

#[test]
fn the_right_password_begins_a_session() {
    let world = world();
    let form = open(&world, "login?return_to=/a");
    assert_eq!(form.status, 200);
    assert!(form.body.unwrap().contains(r#"name="return_to" value="/a""#));
    let response = log_in(&world, "Ada@Example.com", PASSWORD);
    assert_eq!((response.status, response.header("location")), (303, Some("/a?b=1")));
    let set = response.header("set-cookie").unwrap();
    for part in ["__Host-session=", "; Secure", "; HttpOnly", "; SameSite=Lax", "; Path=/"] {
        assert!(set.contains(part), "{set}");
    }
    assert!(has_session(&world, &cookie(&response).unwrap()));
    let now = edge_authorizer::NumericDate::from_seconds(world.now()).whole_seconds();
    assert_eq!(user(&world, "u_ada").last_login_at, Some(now));
    assert_eq!(outcomes(&world, "login"), ["signed_in"]);
}

#[test]
fn a_login_replaces_the_session_that_the_browser_had() {
    let world = world();
    let first = cookie(&log_in(&world, ADA, PASSWORD)).unwrap();
    let mut request = visit(&world, "POST", "login");
    request.headers.push(("cookie".to_owned(), first.clone()));
    let form = encoded(&[("email", ADA), ("password", PASSWORD)]);
    let second = browse_all(&world, vec![(request, form)]).remove(0);
    assert_eq!(second.header("location"), Some("/auth/"));
    let second = cookie(&second).unwrap();
    assert_ne!(first, second);
    assert!(!has_session(&world, &first) && has_session(&world, &second));
}

#[test]
fn a_password_is_the_same_however_its_letters_are_written() {
    let world = world();
    // Fullwidth letters, and a space that does not break.
    let typed = log_in(&world, ADA, "\u{ff48}orse\u{a0}staple battery");
    assert!(cookie(&typed).is_some(), "{typed:?}");
}

#[test]
fn every_refusal_looks_the_same() {
    let world = world();
    let wrong = log_in(&world, ADA, "horse staple batterx");
    assert_eq!((wrong.status, wrong.header("set-cookie")), (403, None));
    for (email, password) in [
        ("nobody@example.com", PASSWORD),
        ("eve@example.com", PASSWORD),
        ("off@example.com", PASSWORD),
        ("no address", PASSWORD),
        ("ada@example.com\0", PASSWORD),
        ("ada@example.com ", PASSWORD),
        ("\u{212a}@example.com", PASSWORD),
        ("", PASSWORD),
        (ADA, ""),
        (ADA, "horse staple battery\0"),
        (ADA, "horse staple battery "),
        (ADA, "Horse staple battery"),
        ("", ""),
    ] {
        world.pass(3600.0);
        let refused = log_in(&world, email, password);
        assert_eq!(page(&refused), page(&wrong), "{email:?} {password:?}");
        assert_eq!(refused.header("set-cookie"), None);
    }
}

#[test]
fn wrong_passwords_do_not_lock_the_user_out_from_elsewhere() {
    let world = world();
    let mut refused = Vec::new();
    for attempt in 0..30 {
        let response = log_in_from(&world, "198.51.100.1", ADA, &format!("wrong password {attempt}"));
        refused.push(response.status);
        world.pass(130.0);
    }
    assert_eq!(
        refused.iter().filter(|status| **status == 403).count(),
        12,
        "10 in the first hour: {refused:?}"
    );
    let right = log_in_from(&world, "198.51.100.1", ADA, PASSWORD);
    assert_eq!(right.status, 303, "after the hour that began last there is room");
    for _ in 0..12 {
        log_in_from(&world, "198.51.100.1", ADA, "wrong password");
    }
    let throttled = log_in_from(&world, "198.51.100.1", ADA, PASSWORD);
    assert_eq!((throttled.status, throttled.header("set-cookie")), (429, None));
    assert_eq!(throttled.header("retry-after"), Some("1"));
    assert_eq!(log_in_from(&world, "198.51.100.2", ADA, PASSWORD).status, 303);
    assert_eq!(log_in_from(&world, "198.51.100.1", "eve@example.com", "x").status, 403, "another account");
}

#[test]
fn unknown_addresses_are_throttled_as_known_ones() {
    let statuses = |email: &str| {
        let world = world();
        (0..12).map(|_| log_in(&world, email, "wrong password").status).collect::<Vec<_>>()
    };
    assert_eq!(statuses(ADA), [403, 403, 403, 429, 429, 429, 429, 429, 429, 429, 429, 429]);
    assert_eq!(statuses(ADA), statuses("nobody@example.com"));
    assert_eq!(statuses("ADA@example.com"), statuses("no address"));
}

#[test]
fn an_address_has_a_limit_whatever_the_accounts() {
    let world = world();
    let guess = |number: u32| {
        log_in_from(&world, "198.51.100.1", &format!("user{number}@example.com"), "wrong password").status
    };
    assert_eq!((0..110).filter(|number| guess(*number) == 403).count(), 100);
    assert_eq!(log_in_from(&world, "198.51.100.1", ADA, PASSWORD).status, 429);
    assert_eq!(log_in(&world, ADA, PASSWORD).status, 303);
}

#[test]
fn good_logins_are_not_counted() {
    let world = world();
    for _ in 0..105 {
        assert_eq!(log_in(&world, ADA, PASSWORD).status, 303);
    }
}

#[test]
fn parallel_guesses_are_no_more_than_the_limit() {
    for seed in 0..5 {
        let mut world = world();
        world.seed = seed;
        let request = |number: u32| {
            let fields = [("email", ADA), ("password", &*format!("wrong password {number}"))];
            (visit(&world, "POST", "login"), encoded(&fields))
        };
        let responses = browse_all(&world, (0..20).map(request).collect());
        let tried = responses.iter().filter(|response| response.status == 403).count();
        assert_eq!(tried, 3, "seed {seed}");
    }
}

#[test]
fn activating_a_federation_ends_sessions_by_password() {
    let world = world();
    let session = cookie(&log_in(&world, ADA, PASSWORD)).unwrap();
    federate(&world, false);
    assert!(has_session(&world, &session));
    federate(&world, true);
    assert!(!has_session(&world, &session));
    federate(&world, false);
    assert!(!has_session(&world, &session), "it has ended");
    assert_eq!(log_in(&world, ADA, PASSWORD).status, 303);
}

#[test]
fn passwords_rest_while_a_federation_is_active() {
    let world = world();
    federate(&world, false);
    let session = cookie(&log_in(&world, ADA, PASSWORD)).unwrap();
    let link = link(&world, LinkPurpose::Recovery, "u_ada", ADA);
    federate(&world, true);
    let at_provider = log_in(&world, ADA, PASSWORD);
    assert_eq!((at_provider.status, at_provider.header("set-cookie")), (403, None));
    assert!(at_provider.body.as_ref().unwrap().contains("You sign in at your company"));
    for response in [
        log_in(&world, ADA, "wrong password"),
        choose(&world, &link, OTHER),
        open(&world, &format!("activation?link={link}")),
        open(&world, "recovery"),
        submit(&world, "recovery", &[("email", ADA)]),
    ] {
        assert_eq!(page(&response), page(&at_provider));
    }
    send_mails(&world);
    assert!(mails(&world).is_empty());
    federate(&world, false);
    assert!(has_session(&world, &session));
    assert_eq!(log_in(&world, ADA, PASSWORD).status, 303);
    assert_eq!(choose(&world, &link, OTHER).status, 200);
}

#[test]
fn forms_come_from_the_gateways_own_pages() {
    let world = world();
    let link = link(&world, LinkPurpose::Recovery, "u_ada", ADA);
    let login = encoded(&[("email", ADA), ("password", PASSWORD)]);
    let change = encoded(&[("link", &link), ("password", OTHER)]);
    for (target, form) in
        [("login", &login), ("activation", &change), ("recovery", &encoded(&[("email", ADA)]))]
    {
        for headers in [
            vec![("sec-fetch-site", "cross-site"), ("origin", "https://gateway.example.com")],
            vec![("sec-fetch-site", "same-site"), ("origin", "https://other.example.com")],
            vec![("origin", "https://evil.example")],
            vec![("origin", "null")],
            vec![("referer", "https://gateway.example.com/auth/login")],
            vec![],
        ] {
            let mut request = visit(&world, "POST", target);
            request.headers = headers.iter().map(|(name, value)| ((*name).into(), (*value).into())).collect();
            let response = browse_all(&world, vec![(request, form.clone())]).remove(0);
            assert_eq!((response.status, response.header("set-cookie")), (403, None), "{target} {headers:?}");
            assert_eq!(response.code.unwrap().as_str(), "cross_site");
        }
    }
    assert_eq!(log_in(&world, ADA, PASSWORD).status, 303, "nothing was counted");
    assert_eq!(choose(&world, &link, OTHER).status, 200, "nor used");
}

#[test]
fn forms_that_could_be_read_in_two_ways_are_refused() {
    let world = world();
    let right = encoded(&[("email", ADA), ("password", PASSWORD)]);
    let send =
        |form: &str| browse_all(&world, vec![(visit(&world, "POST", "login"), form.to_owned())]).remove(0);
    for form in [
        format!("{right}&password=x"),
        format!("{right}&%70assword=x"),
        format!("{right}&return_to=/a&return_to=/b"),
        format!("{right}&a=%"),
        format!("{right}&a=%C3"),
        format!("{right}&a=\0"),
        format!("{right}&a={}", "a".repeat(16 * 1024)),
        format!("{right}&return_to=//evil.example"),
        format!("{right}&return_to=/%5Cevil.example"),
        format!("{right}&return_to=https:evil.example"),
    ] {
        let response = send(&form);
        assert_eq!((response.status, response.header("set-cookie")), (400, None), "{form:.80}");
    }
    assert_eq!(send(&right).status, 303);
}

#[test]
fn while_the_directory_fails_there_is_no_login() {
    let world = world();
    world.shared.directory.is_down.store(true, Ordering::Relaxed);
    for response in [
        log_in(&world, ADA, PASSWORD),
        choose(&world, &"A".repeat(43), OTHER),
        submit(&world, "recovery", &[("email", ADA)]),
        open(&world, "recovery"),
        open(&world, "login"),
    ] {
        assert_eq!((response.status, response.header("set-cookie")), (503, None));
    }
}

#[test]
fn no_page_or_log_line_has_a_password() {
    let world = world();
    let link = link(&world, LinkPurpose::Activation, "u_eve", "eve@example.com");
    let pages = [
        log_in(&world, ADA, PASSWORD),
        log_in(&world, ADA, "a wrong password"),
        choose(&world, &link, "short pass"),
        choose(&world, &link, OTHER),
    ];
    let pages: String = pages.into_iter().filter_map(|page| page.body).collect();
    let lines = world.shared.lines.lock().unwrap().concat();
    for secret in [PASSWORD, "a wrong password", "short pass", OTHER] {
        assert!(!pages.contains(secret) && !lines.contains(secret), "{secret}");
    }
    assert!(!lines.contains(&link) && !lines.contains("argon2id"));
}
