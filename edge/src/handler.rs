//! One request, from the first byte to the answer.

use edge_authorizer::trace::Trace;
use edge_authorizer::{Code, Decision, Denial, Request, Target, Verdict};
use web_sys::Response;
use worker::{Context, Env, Result};

use crate::decide::decide;
use crate::edge::Edge;
use crate::forward::forward;
use crate::http::now;
use crate::settings::Settings;
use crate::{answer, log, store};

/// Answers a request: forwards it if the core permits that, explains the refusal otherwise.
pub async fn handle(request: &web_sys::Request, env: Env, context: Context) -> Result<Response> {
    let start = now();
    let url = request.url();
    let target = Target::split(&url);
    if target.path == "/healthz" && matches!(&*request.method(), "GET" | "HEAD") {
        return Ok(answer::healthy()?);
    }
    let request_id = new_request_id()?;
    let settings = match Settings::get(&env) {
        Ok(settings) => settings,
        Err(variable) => {
            log::warning("variable_invalid", variable.0, format_args!("expected {}", variable.1));
            return Ok(answer::problem(&unavailable(), &request_id)?);
        }
    };
    let edge = Edge { env, context, settings };
    let decision = evaluate(&edge, request, &target).await;
    let refusal = |code| Denial { code, realm: decision.project.clone() };
    let outcome = match &decision.verdict {
        Verdict::Permit(permit) => forward(&edge, permit, request, &target, &request_id)
            .await
            .and_then(|response| {
                answer::with_cors(response, decision.cors.as_ref()).map_err(|_| Code::OriginUnreachable)
            })
            .map_err(refusal),
        Verdict::Preflight => Ok(answer::with_cors(answer::empty()?, decision.cors.as_ref())?),
        Verdict::Deny(denial) => Err(denial.clone()),
    };
    let milliseconds = ((now().as_seconds() - start.as_seconds()) * 1000.0).round();
    log::decision(&request_id, &decision, outcome.as_ref().err().map(|denial| denial.code), milliseconds);
    match outcome {
        Ok(response) => Ok(response),
        Err(denial) => Ok(answer::with_cors(answer::problem(&denial, &request_id)?, decision.cors.as_ref())?),
    }
}

async fn evaluate(edge: &Edge, request: &web_sys::Request, target: &Target<'_>) -> Decision {
    let Ok(gateway) = store::gateway(edge).await else {
        let (verdict, trace) = (Verdict::Deny(unavailable()), Trace::default());
        return Decision { verdict, cors: None, route: None, project: None, identity: None, trace };
    };
    let headers = request.headers();
    let header = |name| headers.get(name).ok().flatten();
    let (method, authorization, origin) = (request.method(), header("authorization"), header("origin"));
    let request = Request {
        method: &method,
        path: target.path,
        authorization: authorization.as_deref(),
        origin: origin.as_deref(),
        asks_for_method: header("access-control-request-method").is_some(),
    };
    decide(edge, &gateway, &request).await
}

/// Without its configuration the gateway denies everything.
fn unavailable() -> Denial {
    Denial { code: Code::ConfigUnavailable, realm: None }
}

/// 128 random bits in hexadecimal.
fn new_request_id() -> Result<String> {
    let mut id = [0; 16];
    getrandom::fill(&mut id).map_err(|error| error.to_string())?;
    Ok(format!("{:032x}", u128::from_be_bytes(id)))
}
