//! Links of activation and recovery, and the mails that bring them, against hosts in memory.

#![allow(clippy::indexing_slicing, clippy::panic, clippy::unwrap_used, reason = "a failing test panics")]

use crate::passwords::{ADA, OTHER, PASSWORD, choose, page, world};
use crate::support;

use std::sync::atomic::Ordering;

use edge_authorizer::users::LinkPurpose;
use serde_json::json;
use service::host::{Kind, NewRow, Term, TermName};
use support::people::*;
use support::world::{World, body};

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
