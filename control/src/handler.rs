//! One request to the control plane: a client's, which the edge handed over, or a question of the edge.

use cloudflare::answer::Answer;
use cloudflare::edge::{Edge, Incoming, Place};
use cloudflare::env::{Context, Env};
use cloudflare::question::Question;
use cloudflare::settings::Settings;
use cloudflare::{http, log};
use edge_authorizer::{Denial, ErrorCode, OwnPath, ProjectId, Unavailable};
use wasm_bindgen::JsValue;
use web_sys::{Request, Response};

use crate::objects::{ToIssuer, ask_for_keys, ask_issuer};
use crate::{asset, management};

/// Answers a client's request.
pub async fn handle(incoming: Incoming, env: Env, context: Context) -> Result<JsValue, JsValue> {
    match OwnPath::of(incoming.target().path) {
        Some(OwnPath::Asset) => serve(incoming, env).await,
        Some(OwnPath::Management) => manage(incoming, env, context).await,
        Some(OwnPath::Health) | None => fail(ErrorCode::RouteNotFound),
    }
}

/// Answers a request for a static file.
async fn serve(incoming: Incoming, env: Env) -> Result<JsValue, JsValue> {
    if !incoming.is_read() {
        return Ok(Answer::read_only(&http::new_id()).respond()?.into());
    }
    // Without the binding there are no files.
    asset::fetch(&env, &incoming).await.or_else(|_| fail(ErrorCode::RouteNotFound))
}

async fn manage(incoming: Incoming, env: Env, context: Context) -> Result<JsValue, JsValue> {
    match Settings::get(&env) {
        Ok(settings) => {
            let edge = Edge { env, place: Place::Worker(context), settings, ask_issuer: ask_for_keys };
            Ok(management::handle(&edge, &incoming).await?.into())
        }
        Err(variable) => {
            log::warning("variable_invalid", variable.0, format_args!("expected {}", variable.1));
            fail(ErrorCode::ConfigUnavailable)
        }
    }
}

/// A refusal before anything is decided.
fn fail(code: ErrorCode) -> Result<JsValue, JsValue> {
    Ok(Answer::problem(&Denial { code, realm: None }, &http::new_id()).respond()?.into())
}

/// Answers a question of the edge with a text, or with status 503 and nothing.
pub async fn reply(request: &Request, env: &Env) -> Result<Response, JsValue> {
    let text = http::wait(request.text()?).await?.as_string().unwrap_or_default();
    let answer = match serde_json::from_slice(text.as_bytes()) {
        Ok(Question::Keys(issuer, reason)) => ask_issuer(env, &issuer, &ToIssuer::Keys(reason)).await,
        Ok(Question::Published(None)) => management::published(env, None).await,
        Ok(Question::Published(Some(name))) => match ProjectId::try_from(&*name) {
            Ok(project) => management::published(env, Some(&project)).await,
            Err(_) => Err(Unavailable),
        },
        Err(error) => {
            log::warning("question_malformed", "edge", error);
            Err(Unavailable)
        }
    };
    match answer {
        Ok(text) => Response::new_with_opt_str(Some(&text)),
        Err(Unavailable) => Answer::empty(503).respond(),
    }
}
