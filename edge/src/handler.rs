//! One request, from the first byte to the answer.

use std::future::ready;
use std::pin::Pin;
use std::sync::Arc;

use cloudflare::console::Console;
use cloudflare::env::{Context, Env};
use cloudflare::host::{self, Host, Place};
use cloudflare::response::respond;
use cloudflare::task::Task;
use edge_authorizer::{Decision, Denial, ErrorCode, OwnPath, Request, Target, Unavailable, Verdict};
use service::host::{Clock, Entropy, LogSink};
use service::http::{Response, problem, read_only};
use service::log::{self, DecisionEnd, request_warning};
use service::{InvalidVariable, NotForwarded};
use wasm_bindgen::JsValue;

use crate::control;
use crate::forward::forward;
use crate::incoming::Incoming;

/// Answers a request. What is for the gateway itself is a future apart: that of a request to an origin stays small.
pub fn handle(incoming: Incoming, env: Env, context: Context) -> Task {
    let own = OwnPath::of(incoming.target().path);
    // A worker is ready whenever it runs.
    if matches!(own, Some(OwnPath::Health | OwnPath::Readiness)) {
        return Box::pin(ready(health(&incoming)));
    }
    let plane = match host::plane(&env) {
        Ok(plane) => plane,
        Err(variable) => {
            return Box::pin(ready(refuse_all(&variable)));
        }
    };
    let host = Host {
        env,
        place: Place::Worker(context),
        plane,
        ask: control::ask_issuer,
        ask_session: control::ask_session,
    };
    if own.is_some() { Box::pin(control::hand_over(incoming, host)) } else { Box::pin(guard(incoming, host)) }
}

/// Whether the worker runs.
fn health(incoming: &Incoming) -> Result<JsValue, JsValue> {
    let response =
        if incoming.is_read() { Response::healthy() } else { read_only(&cloudflare::http::new_id()) };
    Ok(respond(&response)?.into())
}

/// Forwards a request if the core permits that, explains the refusal otherwise. The answer, or a promise of it.
async fn guard(incoming: Incoming, host: Host) -> Result<JsValue, JsValue> {
    let target = incoming.target();
    let decision = evaluate(&host, &incoming, target.path).await;
    let assertion = assertion(&host, &decision).await;
    let answer = assertion.and_then(|text| act(&host, &incoming, &target, &decision, text.as_deref()));
    let answer = answer.or_else(|refusal| refuse(&host, &incoming, &decision, &refusal));
    host.plane.remember(&decision);
    answer
}

async fn evaluate(host: &Host, incoming: &Incoming, path: &str) -> Decision {
    let Ok(routes) = host.plane.routes(host).await else { return Decision::without_configuration() };
    let takes_session = routes.has_sessions() && incoming.authorization.is_none();
    let session = takes_session.then(|| incoming.session()).flatten();
    let origin = routes.has_cors().then(|| incoming.header("origin")).flatten();
    let request = Request {
        method: &incoming.method,
        path,
        authorization: incoming.authorization.as_deref(),
        session: session.as_ref(),
        origin: origin.as_deref(),
        asks_for_method: origin.is_some() && incoming.header("access-control-request-method").is_some(),
    };
    host.plane.decide(host, &routes, &request, incoming.began).await
}

/// The assertion that the origin gets, where its route has one. Most have none, so it is a future apart.
async fn assertion(host: &Host, decision: &Decision) -> Result<Option<Arc<str>>, NotForwarded> {
    match &decision.verdict {
        Verdict::Permit(permit) if permit.route().assertion.is_some() => {
            let signed: Signed<'_> = Box::pin(host.plane.assertion(host, permit));
            signed.await.map_err(|Unavailable| ErrorCode::ConfigUnavailable.into())
        }
        _ => Ok(None),
    }
}

type Signed<'h> = Pin<Box<dyn Future<Output = Result<Option<Arc<str>>, Unavailable>> + 'h>>;

/// Does what was decided: the answer, or why there is none.
fn act(
    host: &Host,
    incoming: &Incoming,
    target: &Target<'_>,
    decision: &Decision,
    assertion: Option<&str>,
) -> Result<JsValue, NotForwarded> {
    match &decision.verdict {
        Verdict::Permit(permit) => Ok(forward(host, decision, permit, incoming, target, assertion)?.into()),
        Verdict::Preflight => {
            let id = host.new_id();
            log_decision(host, decision, incoming, None, &id);
            let response = Response::empty(204).with("x-request-id", &id).with_cors(decision.cors.as_ref());
            respond(&response).map(Into::into).map_err(|_| ErrorCode::ConfigUnavailable.into())
        }
        Verdict::Deny(denial) => Err(NotForwarded { reason: decision.reason, ..denial.code.into() }),
    }
}

fn refuse(
    host: &Host,
    incoming: &Incoming,
    decision: &Decision,
    refusal: &NotForwarded,
) -> Result<JsValue, JsValue> {
    let id = host.new_id();
    if let (Some(secret), Some(route)) = (&refusal.secret, &decision.route) {
        request_warning(host, &id, "not_forwarded", &route.template, secret);
    }
    log_decision(host, decision, incoming, Some(refusal.code), &id);
    let response = refusal.answer(decision, &incoming.target(), || incoming.is_navigation(), &id);
    Ok(respond(&response.with_cors(decision.cors.as_ref()))?.into())
}

/// Writes the log line of a request that no origin got.
fn log_decision(host: &Host, decision: &Decision, incoming: &Incoming, code: Option<ErrorCode>, id: &str) {
    let address = incoming.header("cf-connecting-ip");
    let end = DecisionEnd {
        code,
        request_id: id,
        method: &incoming.method,
        path: incoming.target().path,
        address: address.as_deref(),
        origin_status: None,
        received: incoming.began,
        answered: host.now(),
    };
    host.info(&log::decision_end(decision, end));
}

/// The refusal while a variable is invalid.
fn refuse_all(variable: &InvalidVariable) -> Result<JsValue, JsValue> {
    let (id, code) = (cloudflare::http::new_id(), ErrorCode::ConfigUnavailable);
    request_warning(&Console, &id, "variable_invalid", variable.name, variable);
    Ok(respond(&problem(&Denial { code, realm: None }, &id))?.into())
}
