//! Sessions of browsers in the decision: where they count, and what becomes of a request that presents one.

#![allow(clippy::indexing_slicing, clippy::panic, clippy::unwrap_used, reason = "a failing test panics")]

use edge_authorizer::login::LoginRedirect;
use edge_authorizer::users::{PresentedSession, SessionCookie};
use edge_authorizer::{
    Clock, Decision, FirstStep, NumericDate, Request, Routes, Step, TokenCache, TraceStep, Unavailable,
    authorize,
};
use serde_json::{Value, json};

const SITE: &str = "/site/p1/x";
const SIGN_IN: Option<LoginRedirect> = Some(LoginRedirect::SignIn);

fn routes() -> Routes {
    let route = |path: &str, session: bool| json!({ "path": path, "origin": "o", "access": { "*": ["access"] }, "session": session });
    let routes = json!([
        route("/site/{project}/{*rest}", true),
        route("/api/{project}/{*rest}", false),
        { "path": "/public/{*rest}", "origin": "o", "public": true }
    ]);
    Routes::parse(&json!({ "origins": { "o": { "url": "http://o" } }, "routes": routes })).unwrap()
}

fn clock() -> Clock {
    Clock { now: NumericDate::from_seconds(1e9), skew: 30.0 }
}

/// The first step of a request, and whether the session is asked for.
fn first<'r>(
    path: &'r str,
    authorization: Option<&'r str>,
    session: Option<&'r PresentedSession>,
) -> FirstStep<'r> {
    let request =
        Request { method: "POST", path, authorization, session, origin: None, asks_for_method: false };
    authorize(&routes(), &request, clock(), &mut TokenCache::default())
}

fn decided(step: Step<'_>) -> Decision {
    let Step::Decided(decision) = step else { panic!("{step:?}") };
    decision
}

/// The code, where a person is sent instead, and the outcomes of the trace's steps about sessions.
fn outcome(decision: &Decision) -> (&'static str, Option<LoginRedirect>, Vec<Value>) {
    let steps = decision.trace.steps().filter(|step| matches!(step, TraceStep::Session { .. }));
    let outcomes = steps.map(|step| serde_json::to_value(step).unwrap()["outcome"].clone()).collect();
    (decision.verdict.code().map_or("permit", |code| code.as_str()), decision.login_redirect, outcomes)
}

#[test]
fn a_session_counts_only_where_the_route_says_so_and_without_authorization() {
    let cookie = PresentedSession::Cookie(SessionCookie::new(&[1; 32], &[2; 16]));
    for (path, authorization, session, expected) in [
        (SITE, None, None, ("token_missing", SIGN_IN)),
        (SITE, Some("Bearer x"), Some(&cookie), ("token_malformed", None)),
        (SITE, Some("Basic x"), Some(&cookie), ("token_missing", None)),
        (SITE, Some(""), Some(&cookie), ("token_missing", None)),
        ("/api/p1/x", None, Some(&cookie), ("token_missing", None)),
        ("/api/p1/x", None, Some(&PresentedSession::Several), ("token_missing", None)),
        ("/public/x", None, Some(&PresentedSession::CrossSite), ("permit", None)),
    ] {
        let FirstStep::Step(step) = first(path, authorization, session) else { panic!("{path}") };
        let (code, login_redirect, outcomes) = outcome(&decided(step));
        assert_eq!((code, login_redirect), expected, "{path} {authorization:?}");
        assert!(outcomes.is_empty());
    }
}

#[test]
fn what_may_not_be_used_is_refused_before_a_session_is_asked_for() {
    for (session, code, outcomes) in [
        (PresentedSession::Several, "request_invalid", vec![]),
        (PresentedSession::CrossSite, "cross_site", vec![json!("cross_site")]),
    ] {
        let FirstStep::Step(step) = first(SITE, None, Some(&session)) else { panic!("{session:?}") };
        assert_eq!(outcome(&decided(step)), (code, None, outcomes));
    }
}

#[test]
fn a_session_goes_on_as_its_token() {
    let cookie = PresentedSession::Cookie(SessionCookie::new(&[1; 32], &[2; 16]));
    for (token, expected) in [
        (Ok(None), ("token_missing", SIGN_IN, vec![json!("unknown")])),
        (Err(Unavailable), ("session_unavailable", None, vec![json!("unavailable")])),
        (Ok(Some("x")), ("token_malformed", None, vec![json!("found")])),
    ] {
        let FirstStep::NeedSession(need) = first(SITE, None, Some(&cookie)) else { panic!() };
        assert_eq!(need.project().unwrap().as_str(), "p1");
        let step = need.resume(token, clock(), &mut TokenCache::default());
        assert_eq!(outcome(&decided(step)), expected);
    }
}
