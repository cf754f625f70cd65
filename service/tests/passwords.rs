//! Logging in by password, activation and recovery, against hosts in memory.

#![allow(clippy::indexing_slicing, clippy::panic, clippy::unwrap_used, reason = "a failing test panics")]

use crate::support;

use std::sync::atomic::Ordering;

use edge_authorizer::users::LinkPurpose;
use serde_json::json;
use service::host::{Kind, NewRow, Term, TermName};
use service::http::Response;
use support::people::*;
use support::world::{World, body};

const ADA: &str = "ada@example.com";
const PASSWORD: &str = "horse staple battery";
const OTHER: &str = "another good sentence";

/// `ada` with a password, `eve` without one, and `off`, who is disabled.
fn world() -> World {
    let world = World::new();
    declare(&world, "u_ada", &json!({ "email": ADA, "roles": ["admin"] }), Some(PASSWORD));
    declare(&world, "u_eve", &json!({ "email": "eve@example.com" }), None);
    declare(&world, "u_off", &json!({ "email": "off@example.com", "name": "Disabled" }), Some(PASSWORD));
    world
}

/// The page of an answer without what differs between requests.
fn page(response: &Response) -> (u16, String) {
    let body = response.body.clone().unwrap_or_default();
    let is_same = |line: &&str| !line.contains("<code>") && !line.contains("name=\"email\"");
    (response.status, body.lines().filter(is_same).collect())
}

fn choose(world: &World, link: &str, password: &str) -> Response {
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
fn a_link_sets_the_password_once_and_ends_all_sessions() {
    let world = world();
    let sessions =
        [log_in(&world, ADA, PASSWORD), log_in(&world, ADA, PASSWORD)].map(|it| cookie(&it).unwrap());
    let recovery = link(&world, LinkPurpose::Recovery, "u_ada", ADA);
    let other = link(&world, LinkPurpose::Activation, "u_ada", ADA);
    let form = open(&world, &format!("activation?link={recovery}"));
    assert_eq!((form.status, form.header("referrer-policy")), (200, Some("no-referrer")));
    assert!(form.body.unwrap().contains(&recovery));
    assert!(sessions.iter().all(|cookie| has_session(&world, cookie)), "to look uses nothing");
    assert_eq!(choose(&world, &recovery, OTHER).status, 200);
    assert!(!sessions.iter().any(|cookie| has_session(&world, cookie)));
    for link in [&recovery, &other] {
        assert_eq!(choose(&world, link, "yet another sentence").status, 404);
        assert_eq!(open(&world, &format!("activation?link={link}")).status, 404);
    }
    assert_eq!(log_in(&world, ADA, PASSWORD).status, 403);
    assert_eq!(log_in(&world, ADA, OTHER).status, 303);
    let stored = user(&world, "u_ada").password.unwrap();
    assert!(stored.hash.starts_with("$argon2id$v=19$m=19456,t=2,p=1$"));
}

#[test]
fn weak_passwords_do_not_use_the_link() {
    let world = world();
    let link = link(&world, LinkPurpose::Activation, "u_eve", "eve@example.com");
    let too_long = "aä".repeat(128) + "x";
    for weak in ["", "short", &too_long, "Password1234", "aaaaaaaaaaaa", "eveeveeveeve", "eve@example.com"] {
        assert_eq!(choose(&world, &link, weak).status, 422, "{weak:.20}");
    }
    assert_eq!(choose(&world, &link, OTHER).status, 200);
    assert_eq!(log_in(&world, "eve@example.com", OTHER).status, 303);
}

#[test]
fn links_end_by_time_with_the_address_and_with_the_user() {
    for (purpose, seconds) in [(LinkPurpose::Activation, 604_800.0), (LinkPurpose::Recovery, 1800.0)] {
        let world = world();
        let link = link(&world, purpose, "u_eve", "eve@example.com");
        world.pass(seconds - 1.0);
        assert_eq!(open(&world, &format!("activation?link={link}")).status, 200);
        world.pass(1.0);
        assert_eq!(choose(&world, &link, OTHER).status, 404);
    }
    let world = world();
    let former = link(&world, LinkPurpose::Activation, "u_eve", "former@example.com");
    let disabled = link(&world, LinkPurpose::Activation, "u_off", "off@example.com");
    let gone = link(&world, LinkPurpose::Activation, "u_gone", "gone@example.com");
    for link in [&*former, &disabled, &gone, "", "x", &"A".repeat(43), &"A".repeat(5000)] {
        assert_eq!(choose(&world, link, OTHER).status, 404, "{link:.50}");
    }
}

#[test]
fn a_link_that_many_use_at_once_sets_one_password() {
    for seed in 0..10 {
        let mut world = world();
        world.seed = seed;
        let link = link(&world, LinkPurpose::Recovery, "u_ada", ADA);
        let passwords: Vec<_> = (0..4).map(|number| format!("{OTHER} number {number}")).collect();
        let request = |password: &String| {
            let fields = [("link", &*link), ("password", &**password)];
            (visit(&world, "POST", "activation"), encoded(&fields))
        };
        let responses = browse_all(&world, passwords.iter().map(request).collect());
        let saved: Vec<_> = (0..4).filter(|number| responses[*number].status == 200).collect();
        assert_eq!(saved.len(), 1, "seed {seed}");
        assert_eq!(log_in(&world, ADA, &passwords[saved[0]]).status, 303);
    }
}

#[test]
fn no_session_of_the_old_password_survives_its_change() {
    for seed in 0..25 {
        let mut world = world();
        world.seed = seed;
        let link = link(&world, LinkPurpose::Recovery, "u_ada", ADA);
        let login = encoded(&[("email", ADA), ("password", PASSWORD)]);
        let change = encoded(&[("link", &link), ("password", OTHER)]);
        let requests =
            vec![(visit(&world, "POST", "login"), login), (visit(&world, "POST", "activation"), change)];
        let responses = browse_all(&world, requests);
        assert_eq!(responses[1].status, 200, "seed {seed}");
        if let Some(cookie) = cookie(&responses[0]) {
            assert!(!has_session(&world, &cookie), "seed {seed}");
        }
    }
}

#[test]
fn recovery_says_the_same_to_all_and_mails_users_only() {
    let world = world();
    let ask = |email: &str| submit(&world, "recovery", &[("email", email)]);
    assert_eq!(open(&world, "recovery").status, 200);
    let known = ask("ADA@example.com");
    assert_eq!(known.status, 200);
    for email in ["nobody@example.com", "off@example.com", "no address", "", "a@b\r\nBcc: c@d"] {
        assert_eq!(page(&ask(email)), page(&known), "{email}");
    }
    assert_eq!(page(&ask("eve@example.com")), page(&known));
    send_mails(&world);
    let sent = mails(&world);
    assert_eq!(sent.iter().map(|(to, _)| &**to).collect::<Vec<_>>(), [ADA, "eve@example.com"]);
    let secret = secret_in(&sent[0].1);
    let stored = world.shared.directory.values().concat() + &world.shared.lines.lock().unwrap().concat();
    assert!(!stored.contains(&secret));
    assert_eq!(choose(&world, &secret, OTHER).status, 200);
    assert_eq!(choose(&world, &secret, PASSWORD).status, 404);
    assert_eq!(log_in(&world, ADA, OTHER).status, 303);
}

#[test]
fn the_queue_holds_no_link_in_clear() {
    let world = world();
    submit(&world, "recovery", &[("email", ADA)]);
    let queued = world.shared.directory.values().concat();
    send_mails(&world);
    let secret = secret_in(&mails(&world)[0].1);
    assert!(queued.contains("recovery") && !queued.contains(&secret) && !queued.contains("activation?link"));
    assert_eq!(outcomes(&world, "mail"), ["sent"]);
    send_mails(&world);
    assert_eq!(mails(&world).len(), 1);
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
fn a_mail_that_cannot_be_read_does_not_hold_up_the_others() {
    let world = world();
    let term = |id: u32| vec![Term::new(TermName::Time, format!("{id:012}"))];
    for id in 1..=60 {
        let value = if id % 2 == 0 { "{" } else { r#"{"format":9}"# }.to_owned();
        store(&world, Kind::Mail, &format!("bad{id}"), NewRow { value, terms: term(id), expires_at: None });
    }
    submit(&world, "recovery", &[("email", ADA)]);
    send_mails(&world);
    send_mails(&world);
    assert_eq!(mails(&world).len(), 1);
    let warned =
        world.shared.lines.lock().unwrap().iter().filter(|line| line.contains("value_malformed")).count();
    assert_eq!(warned, 60, "once each");
    assert_eq!(world.shared.directory.count(Kind::Mail), 60, "they are kept");
}

#[test]
fn mails_are_in_the_language_of_the_page() {
    let world = world();
    let mut request = visit(&world, "POST", "recovery");
    request.headers.push(("accept-language".to_owned(), "de-CH, en;q=0.5".to_owned()));
    browse_all(&world, vec![(request, encoded(&[("email", ADA)]))]);
    send_mails(&world);
    assert!(mails(&world)[0].1.starts_with("Sie haben ein neues Passwort"));
}

#[test]
fn no_mailbox_is_flooded() {
    let world = world();
    let ask = |number: u32| {
        let mut request = visit(&world, "POST", "recovery");
        request.address = Some(format!("198.51.100.{number}"));
        browse_all(&world, vec![(request, encoded(&[("email", ADA)]))]).remove(0).status
    };
    assert!((0..10).all(|number| ask(number) == 200));
    send_mails(&world);
    assert_eq!(mails(&world).len(), 3);
    let from_one = (0..25).filter(|_| ask(99) == 429).count();
    assert_eq!(from_one, 5);
    world.pass(1800.0);
    assert_eq!(ask(1), 200);
    send_mails(&world);
    assert_eq!(mails(&world).len(), 4);
}

#[test]
fn mails_that_fail_are_tried_again_and_dropped_in_the_end() {
    let world = world();
    world.shared.is_mail_down.store(true, Ordering::Relaxed);
    submit(&world, "recovery", &[("email", ADA)]);
    let mut attempts = Vec::new();
    for second in (0..1900).step_by(5) {
        let before = outcomes(&world, "mail").len();
        send_mails(&world);
        attempts.extend((outcomes(&world, "mail").len() > before).then_some(second));
        world.pass(5.0);
    }
    assert_eq!(attempts, [0, 10, 70, 370, 1270]);
    world.pass(3600.0);
    send_mails(&world);
    assert_eq!(outcomes(&world, "mail"), ["failed", "failed", "failed", "failed", "failed", "dropped"]);
    assert!(mails(&world).is_empty());
    submit(&world, "recovery", &[("email", ADA)]);
    world.shared.is_mail_down.store(false, Ordering::Relaxed);
    world.pass(60.0);
    send_mails(&world);
    assert_eq!(mails(&world).len(), 1);
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

/// Declares a user by the management API, and gives the id.
fn invite(world: &World, email: &str) -> String {
    let created = world.admin("POST", "/users", Some(&json!({ "email": email })));
    assert_eq!(created.status, 201, "{:?}", created.body);
    body(&created)["id"].as_str().unwrap().to_owned()
}

#[test]
fn declared_users_are_invited() {
    let world = world();
    let id = invite(&world, "New@example.com");
    let dry = world.admin("POST", "/users?dryRun=true", Some(&json!({ "email": "dry@example.com" })));
    assert_eq!(dry.status, 200);
    send_mails(&world);
    let first = mails(&world).remove(0);
    assert_eq!((&*first.0, mails(&world).len()), ("new@example.com", 1));
    assert!(first.1.contains("within seven days") && first.1.contains("sieben Tage"), "{}", first.1);
    assert_eq!(world.admin("POST", &format!("/users/{id}/invitation"), None).status, 202);
    send_mails(&world);
    let [first, second] = [&first.1, &mails(&world)[1].1].map(|text| secret_in(text));
    assert_eq!(choose(&world, &first, OTHER).status, 404, "the later mail replaces the earlier one");
    assert_eq!(choose(&world, &second, OTHER).status, 200);
    assert_eq!(log_in(&world, "new@example.com", OTHER).status, 303);
    assert_eq!(world.admin("POST", "/users/u_AAAAAAAAAAAAAAAAAAAAAA/invitation", None).status, 404);
}

#[test]
fn with_a_federation_invitations_say_where_to_sign_in() {
    let world = world();
    federate(&world, true);
    let id = invite(&world, "new@example.com");
    assert_eq!(world.admin("POST", &format!("/users/{id}/invitation"), None).status, 202);
    send_mails(&world);
    for (to, text) in mails(&world) {
        assert_eq!(to, "new@example.com");
        assert!(text.contains("https://op.example") && !text.contains("activation?link"), "{text}");
        assert!(text.contains("https://gateway.example.com/auth/login\n"), "{text}");
    }
    assert_eq!(outcomes(&world, "mail"), ["sent", "sent"]);
}

#[test]
fn without_a_mailer_users_are_declared_and_no_mail_waits() {
    let world = world();
    world.shared.has_no_mailer.store(true, Ordering::Relaxed);
    let id = invite(&world, "new@example.com");
    let refused = world.admin("POST", &format!("/users/{id}/invitation"), None);
    assert_eq!((refused.status, body(&refused)["code"].as_str()), (503, Some("config_unavailable")));
    assert_eq!(body(&refused)["reason"], "the variable `MAIL_HOOK_URL` is not set");
    assert_eq!(submit(&world, "recovery", &[("email", ADA)]).status, 200);
    world.shared.has_no_mailer.store(false, Ordering::Relaxed);
    send_mails(&world);
    assert!(mails(&world).is_empty());
}
