//! One request, from the first byte to the answer.

use edge_authorizer::trace::Trace;
use edge_authorizer::{Code, Decision, Denial, Request, Target};
use web_sys::Response;
use worker::{Env, Result};

use crate::decide::decide;
use crate::forward::forward;
use crate::http::now;
use crate::settings::Settings;
use crate::{log, problem, store};

/// Answers a request: forwards it if the core permits that, explains the refusal otherwise.
pub async fn handle(request: &web_sys::Request, env: &Env) -> Result<Response> {
    let start = now();
    let request_id = new_request_id()?;
    let url = request.url();
    // What cannot be split has no path, and so no route.
    let target = Target::try_from(&*url).unwrap_or(Target { scheme: "", authority: "", path: "", query: "" });
    let decision = evaluate(request, &target, env).await;
    let outcome = match &decision.verdict {
        Ok(permit) => forward(permit, request, &target, &request_id, env)
            .await
            .map_err(|code| Denial { code, realm: decision.project.clone() }),
        Err(denial) => Err(denial.clone()),
    };
    let milliseconds = ((now().as_seconds() - start.as_seconds()) * 1000.0).round();
    log::decision(&request_id, &decision, outcome.as_ref().err().map(|denial| denial.code), milliseconds);
    match outcome {
        Ok(response) => Ok(response),
        Err(denial) => Ok(problem::respond(&denial, &request_id)?),
    }
}

async fn evaluate(request: &web_sys::Request, target: &Target<'_>, env: &Env) -> Decision {
    let settings = match Settings::read(env) {
        Ok(settings) => settings,
        Err(variable) => {
            log::warning("variable_invalid", variable.0, "the value is not one that it can have");
            return unavailable();
        }
    };
    let Ok(gateway) = store::gateway(env).await else { return unavailable() };
    let method = request.method();
    let authorization = request.headers().get("authorization").ok().flatten();
    let request = Request { method: &method, path: target.path, authorization: authorization.as_deref() };
    decide(env, &settings, &gateway, &request).await
}

/// Without its configuration the gateway denies everything.
fn unavailable() -> Decision {
    let denial = Denial { code: Code::ConfigUnavailable, realm: None };
    Decision { verdict: Err(denial), route: None, project: None, identity: None, trace: Trace::default() }
}

/// 128 random bits in hexadecimal.
fn new_request_id() -> Result<String> {
    let mut id = [0; 16];
    getrandom::fill(&mut id).map_err(|error| error.to_string())?;
    Ok(format!("{:032x}", u128::from_be_bytes(id)))
}
