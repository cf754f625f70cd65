//! Sessions at the data plane: how often they are asked for, and what ends them.

#![allow(clippy::indexing_slicing, clippy::panic, clippy::unwrap_used, reason = "a failing test panics")]

use crate::support;

use std::sync::atomic::Ordering;

use edge_authorizer::users::{PresentedSession, SessionCookie};
use edge_authorizer::{Decision, NumericDate, Request, TraceStep};
use serde_json::{Value, json};
use service::host::SessionToken;
use support::executor::Task;
use support::table::Table;
use support::tokens::token;
use support::world::World;

const PATH: &str = "/api/p1/x";

/// A world whose route takes sessions.
fn world() -> World {
    let world = Table::read().world(&Value::Null);
    let answer = world.admin("GET", "/gateway", None);
    let mut gateway = support::world::body(&answer);
    for route in gateway["routes"].as_array_mut().unwrap() {
        if route["public"] != true {
            route["session"] = json!(true);
        }
    }
    let gateway = json!({ "origins": gateway["origins"], "routes": gateway["routes"] });
    let answer = world.admin("PUT", "/gateway", Some(&gateway));
    assert_eq!(answer.status, 200, "{answer:?}");
    world
}

fn cookie(number: u8) -> SessionCookie {
    SessionCookie::new(&[number; 32], &[0; 16])
}

/// Begins a session whose access token may be used for a minute.
fn begin(world: &World, cookie: &SessionCookie) {
    let text = token(world.now(), &json!({ "azp": "user-app" }), "ec256-1", "ec256-1");
    let until = NumericDate::from_seconds(world.now() + 60.0);
    let token = SessionToken { token: text.into(), until };
    world.shared.sessions.tokens.lock().unwrap().insert(cookie.digest().to_text(), token);
}

fn decide<'t>(world: &World, cookie: &SessionCookie) -> Task<'t, Decision> {
    let (node, cookie) = (world.nodes[0].clone(), cookie.clone());
    Box::pin(async move {
        let plane = node.plane.data();
        let routes = plane.routes(&*node.host).await.unwrap();
        let session = PresentedSession::Cookie(cookie);
        let request = Request {
            method: "GET",
            path: PATH,
            authorization: None,
            session: Some(&session),
            origin: None,
            asks_for_method: false,
        };
        let now = service::host::Clock::now(&*node.host);
        let decision = plane.decide(&*node.host, &routes, &request, now).await;
        plane.remember(&decision);
        decision
    })
}

fn outcome(decision: &Decision) -> &'static str {
    decision.verdict.code().map_or("permit", |code| code.as_str())
}

fn ask(world: &World, cookie: &SessionCookie) -> &'static str {
    outcome(&world.run(vec![decide(world, cookie)])[0])
}

fn asked(world: &World) -> usize {
    world.shared.sessions.asked.lock().unwrap().len()
}

#[test]
fn a_session_serves_until_its_token_ends_and_is_then_asked_for_again() {
    let world = world();
    begin(&world, &cookie(1));
    for _ in 0..3 {
        assert_eq!((ask(&world, &cookie(1)), asked(&world)), ("permit", 1));
    }
    let decision = world.run(vec![decide(&world, &cookie(1))]).remove(0);
    assert!(
        decision.is_known() && decision.trace.steps().any(|step| matches!(step, TraceStep::Session { .. }))
    );
    world.pass(59.0);
    assert_eq!((ask(&world, &cookie(1)), asked(&world)), ("permit", 1));
    world.pass(1.0);
    begin(&world, &cookie(1));
    assert_eq!((ask(&world, &cookie(1)), asked(&world)), ("permit", 2));
    // Another cookie is another session.
    assert_eq!((ask(&world, &cookie(2)), asked(&world)), ("token_missing", 3));
}

#[test]
fn parallel_requests_ask_once() {
    let mut world = world();
    begin(&world, &cookie(1));
    for seed in 1..20 {
        world.seed = seed;
        world.pass(60.0);
        begin(&world, &cookie(1));
        let before = asked(&world);
        let decisions = world.run((0..50).map(|_| decide(&world, &cookie(1))).collect());
        assert!(decisions.iter().all(|decision| outcome(decision) == "permit"), "seed {seed}");
        assert_eq!(asked(&world), before + 1, "seed {seed}");
    }
}

#[test]
fn an_unknown_session_is_remembered_for_five_seconds() {
    let world = world();
    for _ in 0..3 {
        assert_eq!((ask(&world, &cookie(1)), asked(&world)), ("token_missing", 1));
    }
    world.pass(5.0);
    begin(&world, &cookie(1));
    assert_eq!((ask(&world, &cookie(1)), asked(&world)), ("permit", 2));
}

#[test]
fn while_the_control_plane_is_down_known_sessions_serve_and_others_are_unavailable() {
    let world = world();
    begin(&world, &cookie(1));
    begin(&world, &cookie(2));
    assert_eq!(ask(&world, &cookie(1)), "permit");
    world.shared.sessions.is_down.store(true, Ordering::Relaxed);
    assert_eq!((ask(&world, &cookie(1)), ask(&world, &cookie(2))), ("permit", "session_unavailable"));
    // A failure is not kept.
    world.shared.sessions.is_down.store(false, Ordering::Relaxed);
    assert_eq!(ask(&world, &cookie(2)), "permit");
}

#[test]
fn a_session_that_ended_is_forgotten_at_once() {
    let world = world();
    begin(&world, &cookie(1));
    assert_eq!(ask(&world, &cookie(1)), "permit");
    let node = &world.nodes[0];
    world.shared.sessions.tokens.lock().unwrap().clear();
    node.plane.data().forget_session(&*node.host, &cookie(1).digest().to_text());
    assert_eq!((ask(&world, &cookie(1)), asked(&world)), ("token_missing", 1));
    world.pass(5.0);
    assert_eq!((ask(&world, &cookie(1)), asked(&world)), ("token_missing", 2));
}

#[test]
fn an_answer_that_is_under_way_revives_no_session_that_ended() {
    let world = world();
    begin(&world, &cookie(1));
    world.shared.sessions.is_held.store(true, Ordering::Relaxed);
    let node = world.nodes[0].clone();
    let sessions = world.shared.clone();
    // Once the question is sent, the session ends; then the old answer arrives.
    let end: Task<'_, Decision> = Box::pin({
        let after = decide(&world, &cookie(1));
        async move {
            while sessions.sessions.asked.lock().unwrap().is_empty() {
                support::executor::pause(2).await;
            }
            sessions.sessions.tokens.lock().unwrap().clear();
            node.plane.data().forget_session(&*node.host, &cookie(1).digest().to_text());
            sessions.sessions.is_held.store(false, Ordering::Relaxed);
            after.await
        }
    });
    let decisions = world.run(vec![decide(&world, &cookie(1)), end]);
    assert_eq!(outcome(&decisions[0]), "permit", "it came before the end");
    assert_eq!(outcome(&decisions[1]), "token_missing");
    assert_eq!(ask(&world, &cookie(1)), "token_missing");
}

#[test]
fn made_up_cookies_evict_no_session() {
    let world = world();
    begin(&world, &cookie(1));
    assert_eq!(ask(&world, &cookie(1)), "permit");
    let made_up = |number: u32| {
        let mut bytes = [7; 32];
        bytes[..4].copy_from_slice(&number.to_le_bytes());
        SessionCookie::new(&bytes, &[0; 16])
    };
    for round in 0..20 {
        world.run((0..1000).map(|number| decide(&world, &made_up(round * 1000 + number))).collect());
    }
    let before = asked(&world);
    assert_eq!((ask(&world, &cookie(1)), asked(&world)), ("permit", before));
}
