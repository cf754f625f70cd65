//! One request, from the first byte to the answer.

use std::cell::RefCell;
use std::future::ready;

use cloudflare::answer::{Answer, Refusal};
use cloudflare::decide::decide;
use cloudflare::edge::{Edge, Incoming, Place};
use cloudflare::env::{Context, Env};
use cloudflare::settings::Settings;
use cloudflare::task::Task;
use cloudflare::{http, log, store};
use edge_authorizer::{Decision, Denial, ErrorCode, OwnPath, Request, Target, TokenCache, Verdict};
use wasm_bindgen::JsValue;

use crate::control;
use crate::forward::forward;

thread_local! {
    static KNOWN: RefCell<TokenCache> = RefCell::default();
}

/// Answers a request. What is for the gateway itself is a future of its own: that of a request to an origin stays small.
pub fn handle(incoming: Incoming, env: Env, context: Context) -> Task {
    match OwnPath::of(incoming.target().path) {
        Some(OwnPath::Health) => return Box::pin(ready(health(&incoming))),
        Some(_) => return Box::pin(control::hand_over(incoming, env)),
        None => {}
    }
    let settings = match Settings::get(&env) {
        Ok(settings) => settings,
        Err(variable) => {
            log::warning("variable_invalid", variable.0, format_args!("expected {}", variable.1));
            return Box::pin(ready(fail(ErrorCode::ConfigUnavailable)));
        }
    };
    let edge = Edge { env, place: Place::Worker(context), settings, ask_issuer: control::ask_issuer };
    Box::pin(guard(incoming, edge))
}

/// Whether the worker runs.
fn health(incoming: &Incoming) -> Result<JsValue, JsValue> {
    let answer = if incoming.is_read() { Answer::healthy() } else { Answer::read_only(&http::new_id()) };
    Ok(answer.respond()?.into())
}

/// Forwards a request if the core permits that, explains the refusal otherwise. The answer, or a promise of it.
async fn guard(incoming: Incoming, edge: Edge) -> Result<JsValue, JsValue> {
    let target = incoming.target();
    let decision = evaluate(&edge, &incoming, target.path).await;
    let outcome = act(&edge, &incoming, &target, &decision);
    let outcome = outcome.or_else(|refusal| refuse(&incoming, &decision, &refusal));
    if let Some(known) = &decision.cached_token {
        KNOWN.with_borrow_mut(|tokens| tokens.insert(known));
    }
    outcome
}

async fn evaluate(edge: &Edge, incoming: &Incoming, path: &str) -> Decision {
    let Ok(gateway) = store::gateway(edge).await else { return Decision::without_configuration() };
    let origin = gateway.has_cors().then(|| incoming.header("origin")).flatten();
    let request = Request {
        method: &incoming.method,
        path,
        authorization: incoming.authorization.as_deref(),
        origin: origin.as_deref(),
        asks_for_method: origin.is_some() && incoming.header("access-control-request-method").is_some(),
    };
    decide(edge, &gateway, &request, incoming.began, &KNOWN).await
}

/// Does what was decided: the answer, or why there is none.
fn act(
    edge: &Edge,
    incoming: &Incoming,
    target: &Target<'_>,
    decision: &Decision,
) -> Result<JsValue, Refusal> {
    match &decision.verdict {
        Verdict::Permit(permit) => Ok(forward(edge, decision, permit, incoming, target)?.into()),
        Verdict::Preflight => {
            let id = http::new_id();
            log::decision(decision, incoming, None, &id);
            let answer = Answer::empty(204).with("x-request-id", &id).with_cors(decision.cors.as_ref());
            answer.respond().map(Into::into).map_err(|_| ErrorCode::ConfigUnavailable.into())
        }
        Verdict::Deny(denial) => Err(denial.code.into()),
    }
}

fn refuse(incoming: &Incoming, decision: &Decision, refusal: &Refusal) -> Result<JsValue, JsValue> {
    let id = http::new_id();
    log::decision(decision, incoming, Some(refusal.code), &id);
    let denial = Denial { code: refusal.code, realm: decision.project.clone() };
    let problem = Answer::detailed_problem(&denial, &id, None, refusal.reason);
    Ok(problem.with_cors(decision.cors.as_ref()).respond()?.into())
}

/// A refusal before anything is decided.
fn fail(code: ErrorCode) -> Result<JsValue, JsValue> {
    Ok(Answer::problem(&Denial { code, realm: None }, &http::new_id()).respond()?.into())
}
