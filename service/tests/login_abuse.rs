//! Attacks on the login: what takes up room or time of others, and what outlives a change of the federation.

#![allow(clippy::indexing_slicing, clippy::panic, clippy::unwrap_used, reason = "a failing test panics")]

use crate::support;

use std::sync::atomic::Ordering;

use serde_json::{Value, json};
use service::host::{Directory, Kind, NewRow, RowChange, RowKey, Term, TermName};
use support::executor::Task;
use support::keys::provider::{TokenVector, tokens};
use support::people::{browse_all, declare, encoded, log_in, submit, visit};
use support::provider::{Logins, TOKEN_ENDPOINT, outcome, set_cookie};
use support::world::World;

const ADA: &str = "ada@example.com";
const PASSWORD: &str = "horse staple battery";

fn logins() -> Logins {
    Logins::new(&["RS256".to_owned()], &json!({}))
}

/// Fills the rows of a kind, as so many attackers would.
fn fill(world: &World, kind: Kind, value: &Value) {
    let host = world.nodes[0].host.clone();
    let until = world.now() + 3000.0;
    let value = value.to_string();
    let task: Task<'_, ()> = Box::pin(async move {
        let mut number = 0;
        loop {
            let terms = vec![Term::new(TermName::Time, format!("{until:012}"))];
            let row = NewRow { value: value.clone(), terms, expires_at: Some(until) };
            let changes: Vec<_> = (0..1000)
                .map(|index| {
                    RowChange::put(RowKey::new(kind, format!("{}", number + index)), None, row.clone())
                })
                .collect();
            if host.commit_rows(&changes).await.is_err() {
                return;
            }
            number += 1000;
        }
    });
    world.run(vec![task]);
}

#[test]
fn counted_failures_of_others_lock_nobody_out() {
    let world = World::new();
    declare(&world, "u_ada", &json!({ "email": ADA }), Some(PASSWORD));
    let now = 1_800_000_000_u64;
    fill(&world, Kind::Failure, &json!({ "began": now, "last": now, "count": 1 }));
    assert_eq!(log_in(&world, ADA, PASSWORD).status, 303);
}

#[test]
fn an_address_causes_few_requests_to_the_provider() {
    let logins = logins();
    logins.answer(TOKEN_ENDPOINT, 400, r#"{"error": "invalid_grant"}"#);
    let mut statuses = Vec::new();
    for _ in 0..200 {
        let begun = logins.begin("");
        statuses.push(logins.end(&begun, "code=invented").status);
    }
    let fetched = logins.world.shared.network.fetched.lock().unwrap();
    let asked = fetched.iter().filter(|url| *url == TOKEN_ENDPOINT).count();
    assert!(asked <= 100, "{asked} {statuses:?}");
}

#[test]
fn sessions_do_not_come_back_with_the_federation() {
    let logins = logins();
    let session = logins.session();
    logins.configure("active", json!(false));
    logins.world.pass(60.0);
    logins.configure("active", json!(true));
    assert_eq!(logins.is_live(&session), Some(false));
}

#[test]
fn a_logout_token_with_sid_and_sub_ends_a_session_whose_sid_is_unknown() {
    let logins = logins();
    let session =
        set_cookie(&logins.log_in(&TokenVector::good(&json!({ "sid": null }))), "__Host-session").unwrap();
    let token = TokenVector::good(&json!({ "sid": "s1" })).logout_token(logins.world.now());
    let answer = logins.send("POST", "/auth/backchannel-logout", "", Some(&format!("logout_token={token}")));
    assert_eq!(answer.status, 200);
    assert_eq!(logins.is_live(&session), Some(false));
}

#[test]
fn a_login_replaces_the_session_that_the_browser_had() {
    let logins = logins();
    let first = logins.session();
    let begun = logins.begin("");
    let id_token = TokenVector::good(&json!({})).id_token(logins.world.now(), &begun.nonce);
    logins.answer(TOKEN_ENDPOINT, 200, &tokens(Some(&id_token)));
    let ended = logins.send("GET", &begun.target("code=c"), &format!("{}; {first}", begun.cookie), None);
    assert_eq!(outcome(&ended), "signed_in");
    assert_eq!(logins.is_live(&first), Some(false));
}

#[test]
fn a_code_goes_only_to_the_provider_that_was_asked_for_it() {
    let logins = logins();
    let begun = logins.begin("");
    logins.configure("clientId", json!("another"));
    logins.end(&begun, "code=c");
    let fetched = logins.world.shared.network.fetched.lock().unwrap();
    assert!(!fetched.iter().any(|url| url == TOKEN_ENDPOINT), "{fetched:?}");
}

#[test]
fn a_full_queue_of_mails_does_not_tell_who_is_a_user() {
    let world = World::new();
    declare(&world, "u_ada", &json!({ "email": ADA }), Some(PASSWORD));
    fill(&world, Kind::Mail, &json!({}));
    let ask = |email: &str| submit(&world, "recovery", &[("email", email)]).status;
    assert_eq!(ask(ADA), ask("nobody@example.com"));
}

#[test]
fn a_network_of_48_bits_has_a_limit_however_many_it_has_of_64() {
    let world = World::new();
    let ask = |number: u32| {
        let mut request = visit(&world, "POST", "recovery");
        request.address = Some(format!("2001:db8:1:{number:x}::1"));
        browse_all(&world, vec![(request, encoded(&[("email", "nobody@example.com")]))]).remove(0).status
    };
    assert_eq!((0..300).filter(|number| ask(*number) == 200).count(), 200);
}

#[test]
fn to_begin_a_login_costs_one_read() {
    let logins = logins();
    logins.begin("");
    let reads = || logins.world.shared.directory.reads.load(Ordering::Relaxed);
    let before = reads();
    logins.begin("");
    assert_eq!(reads() - before, 1);
}
