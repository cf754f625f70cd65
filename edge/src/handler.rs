//! One request, from the first byte to the answer.

use edge_authorizer::{Code, Decision, Denial, MANAGEMENT_PATH, Request, Target, Verdict};
use web_sys::Response;
use worker::{Context, Env, Result};

use crate::decide::decide;
use crate::edge::{Edge, Incoming};
use crate::forward::forward;
use crate::http::now;
use crate::settings::Settings;
use crate::{answer, log, management, store};

/// Answers a request: forwards it if the core permits that, explains the refusal otherwise.
pub async fn handle(request: &web_sys::Request, env: Env, context: Context) -> Result<Response> {
    let start = now();
    let url = request.url();
    let incoming = Incoming { request, target: Target::split(&url), id: new_id()? };
    if incoming.target.path == "/healthz" && incoming.is_read() {
        return Ok(answer::healthy()?);
    }
    let settings = match Settings::get(&env) {
        Ok(settings) => settings,
        Err(variable) => {
            log::warning("variable_invalid", variable.0, format_args!("expected {}", variable.1));
            let denial = Denial { code: Code::ConfigUnavailable, realm: None };
            return Ok(answer::problem(&denial, &incoming.id)?);
        }
    };
    let edge = Edge { env, context: Some(context), settings };
    if is_management(incoming.target.path) {
        return management::handle(&edge, &incoming).await;
    }
    let decision = evaluate(&edge, &incoming).await;
    let outcome = act(&edge, &incoming, &decision).await;
    let milliseconds = ((now().as_seconds() - start.as_seconds()) * 1000.0).round();
    log::decision(&incoming.id, &decision, outcome.as_ref().err().copied(), milliseconds);
    match outcome {
        Ok(response) => Ok(response),
        Err(code) => {
            let problem = answer::problem(&Denial { code, realm: decision.project }, &incoming.id)?;
            Ok(answer::with_cors(problem, decision.cors.as_ref())?)
        }
    }
}

async fn evaluate(edge: &Edge, incoming: &Incoming<'_>) -> Decision {
    let Ok(gateway) = store::gateway(edge).await else { return Decision::without_configuration() };
    let method = incoming.request.method();
    let (authorization, origin) = (incoming.header("authorization"), incoming.header("origin"));
    let request = Request {
        method: &method,
        path: incoming.target.path,
        authorization: authorization.as_deref(),
        origin: origin.as_deref(),
        asks_for_method: incoming.header("access-control-request-method").is_some(),
    };
    decide(edge, &gateway, &request).await
}

/// Does what was decided: the answer, or the code of a refusal.
async fn act(edge: &Edge, incoming: &Incoming<'_>, decision: &Decision) -> Result<Response, Code> {
    let response = match &decision.verdict {
        Verdict::Permit(permit) => forward(edge, permit, incoming).await?,
        Verdict::Preflight => answer::empty().map_err(|_| Code::ConfigUnavailable)?,
        Verdict::Deny(denial) => return Err(denial.code),
        // Nobody asks for that here.
        Verdict::Manage(_) => return Err(Code::RouteNotFound),
    };
    answer::with_cors(response, decision.cors.as_ref()).map_err(|_| Code::OriginUnreachable)
}

/// Whether a request is for the management API. Only the plain spelling is; any other has no route.
fn is_management(path: &str) -> bool {
    path.strip_prefix(MANAGEMENT_PATH).is_some_and(|rest| rest.starts_with('/'))
}

fn new_id() -> Result<String> {
    let mut id = [0; 16];
    getrandom::fill(&mut id).map_err(|error| error.to_string())?;
    Ok(format!("{:032x}", u128::from_be_bytes(id)))
}
