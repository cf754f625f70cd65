//! One request, from the first byte to the answer.

use std::cell::RefCell;
use std::future::ready;

use edge_authorizer::{Code, Decision, Denial, KnownTokens, MANAGEMENT_PATH, Request, Target, Verdict};
use wasm_bindgen::JsValue;
use worker::{Context, Env};

use crate::answer::{Answer, Refusal};
use crate::decide::decide;
use crate::edge::{Edge, Incoming, Place};
use crate::forward::forward;
use crate::settings::Settings;
use crate::task::Task;
use crate::{asset, http, log, management, store};

thread_local! {
    static KNOWN: RefCell<KnownTokens> = RefCell::default();
}

/// Answers a request. What is for the gateway itself is a future of its own: that of a request to an origin stays small.
pub fn handle(incoming: Incoming, env: Env, context: Context) -> Task {
    let target = incoming.target();
    if target.path == "/healthz" || asset::is_asset(target.path) {
        return Box::pin(serve(incoming, env));
    }
    let settings = match Settings::get(&env) {
        Ok(settings) => settings,
        Err(variable) => {
            log::warning("variable_invalid", variable.0, format_args!("expected {}", variable.1));
            return Box::pin(ready(fail(Code::ConfigUnavailable)));
        }
    };
    let edge = Edge { env, place: Place::Worker(context), settings };
    if is_management(target.path) {
        return Box::pin(async move { Ok(management::handle(&edge, &incoming).await?.into()) });
    }
    Box::pin(guard(incoming, edge))
}

/// Whether the worker runs, and static files.
async fn serve(incoming: Incoming, env: Env) -> Result<JsValue, JsValue> {
    if !incoming.is_read() {
        return Ok(Answer::read_only(&http::new_id()).respond()?.into());
    }
    if incoming.target().path == "/healthz" {
        return Ok(Answer::healthy().respond()?.into());
    }
    // Without the binding there are no files.
    asset::fetch(&env, &incoming).await.or_else(|_| fail(Code::RouteNotFound))
}

/// Forwards a request if the core permits that, explains the refusal otherwise. The answer, or a promise of it.
async fn guard(incoming: Incoming, edge: Edge) -> Result<JsValue, JsValue> {
    let target = incoming.target();
    let decision = evaluate(&edge, &incoming, target.path).await;
    let outcome = act(&edge, &incoming, &target, &decision);
    let outcome = outcome.or_else(|refusal| refuse(&incoming, &decision, &refusal));
    if let Some(known) = &decision.known {
        KNOWN.with_borrow_mut(|tokens| tokens.keep(known));
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
            answer.respond().map(Into::into).map_err(|_| Code::ConfigUnavailable.into())
        }
        Verdict::Deny(denial) => Err(denial.code.into()),
        // Nobody asks for that here.
        Verdict::Manage(_) => Err(Code::RouteNotFound.into()),
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
fn fail(code: Code) -> Result<JsValue, JsValue> {
    Ok(Answer::problem(&Denial { code, realm: None }, &http::new_id()).respond()?.into())
}

/// Whether a request is for the management API. Only the plain spelling is; any other has no route.
fn is_management(path: &str) -> bool {
    path.strip_prefix(MANAGEMENT_PATH).is_some_and(|rest| rest.starts_with('/'))
}
