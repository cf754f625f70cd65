//! Sessions while several things happen at once, each in 200 orders: refresh, logout here and at the provider, and the end of a
//! login.

#![allow(clippy::indexing_slicing, clippy::panic, clippy::unwrap_used, reason = "a failing test panics")]

use crate::support;

use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};

use serde_json::{Value, json};
use service::host::Kind;
use support::executor::{Task, pause};
use support::keys::provider::{TokenVector, tokens};
use support::provider::{Logins, TOKEN_ENDPOINT, outcome, set_cookie};
use support::world::World;

const ORDERS: u64 = 200;

/// Two nodes whose work goes on in the order that `seed` draws.
fn logins(seed: u64) -> Logins {
    let mut world = World::with(2, &json!({}));
    world.seed = seed;
    Logins::on(world, &["RS256".to_owned()], &json!({}))
}

/// A session that has to be refreshed, and a provider that does so.
fn due(seed: u64, seconds: f64) -> (Logins, String) {
    let logins = logins(seed);
    let session = logins.session();
    logins.world.pass(seconds);
    logins.answer(TOKEN_ENDPOINT, 200, &tokens(None));
    (logins, session)
}

fn exchanges(logins: &Logins) -> usize {
    let fetched = logins.world.shared.network.fetched.lock().unwrap();
    fetched.iter().filter(|url| *url == TOKEN_ENDPOINT).count()
}

/// The form of a logout token, by the differences of its claims.
fn logout_form(logins: &Logins, claims: &Value) -> String {
    format!("logout_token={}", TokenVector::good(claims).logout_token(logins.world.now()))
}

/// Time that passes beside other tasks, for those that wait: eight seconds.
fn clock<T: Send + 'static>(logins: &Logins, outcome: T) -> Task<'static, T> {
    let shared = logins.world.shared.clone();
    Box::pin(async move {
        for _ in 0..80 {
            pause(5).await;
            *shared.time.lock().unwrap() += 0.1;
        }
        outcome
    })
}

/// What a task does, whatever its outcome.
fn only<'t, T: 't>(task: Task<'t, T>) -> Task<'t, ()> {
    Box::pin(async move {
        let _outcome = task.await;
    })
}

#[test]
fn fifty_requests_at_once_refresh_once() {
    for seed in 0..ORDERS {
        let (logins, session) = due(seed, if seed % 2 == 0 { 301.0 } else { 241.0 });
        let before = exchanges(&logins);
        let shown = (0..50).map(|number| logins.showing(number % 2, &session));
        let outcomes = logins.world.run(shown.chain([clock(&logins, Some(true))]).collect());
        assert_eq!(outcomes, [Some(true); 51], "order {seed}");
        assert_eq!(exchanges(&logins) - before, 1, "order {seed}");
    }
}

#[test]
fn fifty_requests_at_once_do_not_queue_for_a_silent_provider() {
    for seed in 0..ORDERS {
        let (logins, session) = due(seed, 301.0);
        logins.silence(TOKEN_ENDPOINT);
        let before = exchanges(&logins);
        let shown = (0..50).map(|number| logins.showing(number % 2, &session));
        let outcomes = logins.world.run(shown.chain([clock(&logins, None)]).collect());
        assert_eq!(outcomes, [None; 51], "order {seed}");
        let asked = exchanges(&logins) - before;
        assert!(asked <= 15, "order {seed}: {asked}");
    }
}

#[test]
fn a_slow_provider_gets_a_refresh_token_once() {
    for seed in 0..20 {
        let (logins, session) = due(seed, 301.0);
        let shared = logins.world.shared.clone();
        // A login asked for tokens before.
        shared.network.fetched.lock().unwrap().clear();
        shared.network.is_held.store(true, Ordering::Relaxed);
        let is_over = Arc::new(AtomicBool::new(false));
        let (second, over) = (logins.showing(1, &session), is_over.clone());
        // The provider is asked, half a minute passes, and another request needs the session.
        let later: Task<'_, Option<bool>> = Box::pin(async move {
            while shared.network.fetched.lock().unwrap().last().is_none_or(|url| url != TOKEN_ENDPOINT) {
                pause(2).await;
            }
            *shared.time.lock().unwrap() += 30.0;
            let outcome = second.await;
            shared.network.is_held.store(false, Ordering::Relaxed);
            over.store(true, Ordering::Relaxed);
            outcome
        });
        let shared = logins.world.shared.clone();
        let ticking: Task<'_, Option<bool>> = Box::pin(async move {
            while !is_over.load(Ordering::Relaxed) {
                pause(5).await;
                *shared.time.lock().unwrap() += 0.1;
            }
            None
        });
        let outcomes = logins.world.run(vec![logins.showing(0, &session), later, ticking]);
        assert_eq!(outcomes, [Some(true), None, None], "order {seed}");
        assert_eq!(exchanges(&logins), 1, "order {seed}");
    }
}

#[test]
fn a_refresh_under_way_revives_no_session_that_was_ended_here() {
    for seed in 0..ORDERS {
        let (logins, session) = due(seed, 301.0);
        let mut tasks: Vec<_> = (0..3).map(|number| only(logins.showing(number % 2, &session))).collect();
        tasks.push(only(logins.sending(1, "POST", "/auth/logout", &session, Some(""))));
        tasks.push(clock(&logins, ()));
        logins.world.run(tasks);
        assert_eq!(
            [0, 1].map(|node| logins.world.run(vec![logins.showing(node, &session)])[0]),
            [Some(false); 2]
        );
    }
}

#[test]
fn a_refresh_under_way_revives_no_session_that_the_provider_ended() {
    for seed in 0..ORDERS {
        let (logins, session) = due(seed, 301.0);
        let claims = if seed % 2 == 0 { json!({ "sid": null }) } else { json!({ "sub": null }) };
        let form = logout_form(&logins, &claims);
        let mut tasks: Vec<_> = (0..3).map(|number| only(logins.showing(number % 2, &session))).collect();
        tasks.push(only(logins.sending(1, "POST", "/auth/backchannel-logout", "", Some(&form))));
        tasks.push(clock(&logins, ()));
        logins.world.run(tasks);
        assert_eq!(logins.is_live(&session), Some(false), "order {seed}");
    }
}

#[test]
fn no_login_under_way_survives_a_logout_token() {
    for seed in 0..ORDERS {
        let logins = logins(seed);
        let begun = logins.begin("");
        let good = TokenVector::good(&json!({ "sid": "s1" }));
        let id_token = good.id_token(logins.world.now(), &begun.nonce);
        logins.answer(TOKEN_ENDPOINT, 200, &tokens(Some(&id_token)));
        let claims = if seed % 2 == 0 { json!({ "sid": null }) } else { json!({ "sub": null }) };
        let form = logout_form(&logins, &claims);
        let ended = logins.world.run(vec![
            logins.sending(0, "GET", &begun.target("code=c"), &begun.cookie, None),
            logins.sending(1, "POST", "/auth/backchannel-logout", "", Some(&form)),
        ]);
        assert_eq!(ended[1].status, 200, "order {seed}");
        let session = set_cookie(&ended[0], "__Host-session");
        assert_ne!(session.and_then(|it| logins.is_live(&it)), Some(true), "order {seed}");
    }
}

#[test]
fn a_response_that_arrives_several_times_at_once_begins_one_session() {
    for seed in 0..ORDERS {
        let logins = logins(seed);
        let begun = logins.begin("");
        let id_token = TokenVector::good(&json!({})).id_token(logins.world.now(), &begun.nonce);
        logins.answer(TOKEN_ENDPOINT, 200, &tokens(Some(&id_token)));
        let target = begun.target("code=c");
        let arriving = (0..5).map(|number| logins.sending(number % 2, "GET", &target, &begun.cookie, None));
        let responses = logins.world.run(arriving.collect());
        let sessions = responses.iter().filter(|response| outcome(response) == "signed_in").count();
        assert_eq!((sessions, exchanges(&logins)), (1, 1), "order {seed}");
    }
}

#[test]
fn one_session_more_than_a_user_can_have_ends_the_oldest() {
    let logins = logins(1);
    let begin = |_| {
        logins.world.pass(1.0);
        logins.session()
    };
    let sessions: Vec<_> = (0..25).map(begin).collect();
    assert_eq!(logins.world.shared.directory.count(Kind::Session), 20);
    let are_live: Vec<_> = sessions.iter().map(|session| logins.is_live(session)).collect();
    assert_eq!(are_live, [[Some(false); 5].as_slice(), &[Some(true); 20]].concat());
}

#[test]
fn a_second_person_with_the_address_of_a_user_is_refused() {
    let logins = logins(1);
    let log_in = |subject: &str| outcome(&logins.log_in(&TokenVector::good(&json!({ "sub": subject }))));
    assert_eq!(["ada", "eve", "ada"].map(log_in), ["signed_in", "user_unknown", "signed_in"]);
}
