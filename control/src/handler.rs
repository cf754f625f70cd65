//! One request to the control plane: a client's, which the edge handed over, or a question of the edge.

use std::cell::Cell;

use cloudflare::console::Console;
use cloudflare::env::{Context, Env};
use cloudflare::http;
use cloudflare::question::{self, CHANGED, Question, failed};
use cloudflare::response::respond;
use edge_authorizer::accounts::AuthEndpoint;
use edge_authorizer::users::SessionCookie;
use edge_authorizer::{Denial, ErrorCode, OwnPath, Target, Unavailable};
use service::host::{Clock, IssuerRequest, Key, LogSink};
use service::http::{Request, Response, problem, read_only};
use service::log;
use wasm_bindgen::{JsCast, JsValue};

use crate::body::{Stream, drop_unread};
use crate::entry::{ask_issuer, enter_worker};
use crate::message::{published_by, send};
use crate::{asset, request, token_endpoint};

/// Answers a client's request with the target `url`.
pub async fn handle(
    incoming: &web_sys::Request,
    url: &str,
    env: Env,
    context: Context,
) -> Result<JsValue, JsValue> {
    let path = Target::split(url).path;
    match OwnPath::of(path) {
        Some(OwnPath::Asset) if !matches!(&*incoming.method(), "GET" | "HEAD") => {
            Ok(respond(&read_only(&http::new_id()))?.into())
        }
        // Without the binding there are no files.
        Some(OwnPath::Asset) => match asset::fetch(&env, incoming, path).await {
            Ok(response) => Ok(response),
            Err(_) => Ok(respond(&refuse(ErrorCode::RouteNotFound, &http::new_id()))?.into()),
        },
        Some(OwnPath::Management) => Ok(manage(incoming, url, env, context).await?.into()),
        Some(OwnPath::Auth) => Ok(respond(&authenticate(incoming, url, path, env, context).await?)?.into()),
        Some(OwnPath::Health | OwnPath::Readiness) | None => {
            Ok(respond(&refuse(ErrorCode::RouteNotFound, &http::new_id()))?.into())
        }
    }
}

fn refuse(code: ErrorCode, id: &str) -> Response {
    problem(&Denial { code, realm: None }, id)
}

/// Answers a request to the gateway's own issuer.
async fn authenticate(
    incoming: &web_sys::Request,
    url: &str,
    path: &str,
    env: Env,
    context: Context,
) -> Result<Response, JsValue> {
    let request = request::read(incoming, url, http::new_id())?;
    let (host, plane) = match enter_worker(env, context) {
        Ok(entered) => entered,
        Err(variable) => {
            log::warning(&cloudflare::console::Console, "variable_invalid", variable.name, &variable);
            return Ok(refuse(ErrorCode::ConfigUnavailable, &request.id));
        }
    };
    Ok(match AuthEndpoint::of(path) {
        Some(AuthEndpoint::Document(document)) => plane.auth_document(&host, document, &request).await,
        Some(AuthEndpoint::Login(endpoint)) => {
            let body = Stream { request: incoming, share: &Cell::default() };
            let response = plane.log_in(&host, &endpoint, &request, body).await;
            drop_unread(incoming).await;
            response
        }
        Some(AuthEndpoint::Token) => token_endpoint::answer(incoming, &request, &host, &plane).await,
        None => refuse(ErrorCode::RouteNotFound, &request.id),
    })
}

/// Answers a request to the management API: it refuses what needs no record, and forwards the rest to the object that has
/// the record.
async fn manage(
    incoming: &web_sys::Request,
    url: &str,
    env: Env,
    context: Context,
) -> Result<web_sys::Response, JsValue> {
    let request = request::read(incoming, url, http::new_id())?;
    let (host, plane) = match enter_worker(env, context) {
        Ok(entered) => entered,
        Err(variable) => {
            log::request_warning(&Console, &request.id, "variable_invalid", variable.name, &variable);
            return respond(&refuse(ErrorCode::ConfigUnavailable, &request.id));
        }
    };
    let request = match plane.with_session(&host, request).await {
        Ok(request) => request,
        Err(refusal) => return respond(&refusal),
    };
    let screened = match plane.screen(&host, &request).await {
        Ok(screened) => screened,
        Err(refusal) => return respond(&refusal),
    };
    let key = screened.key();
    let Ok(response) = forward(&host.host.env, incoming, &request, url, &key).await else {
        let refusal = refuse(ErrorCode::StoreUnavailable, &request.id);
        host.info(&log::management(&request, &refusal, host.now(), None));
        return respond(&refusal);
    };
    plane.note_answered(&screened, response.ok());
    if screened.is_change() && response.ok() { with_changed(&response, &key) } else { Ok(response) }
}

/// The answer of the object that has the record of a key. It gets the request with its id and a URL that is one: on a
/// socket that serves the control plane alone, the worker sees a target without a host.
async fn forward(
    env: &Env,
    incoming: &web_sys::Request,
    request: &Request,
    url: &str,
    key: &Key,
) -> Result<web_sys::Response, Unavailable> {
    let Target { path, query, .. } = Target::split(url);
    let forwarded = web_sys::Request::new_with_str_and_init(
        &["https://object", path, query].concat(),
        incoming.unchecked_ref(),
    );
    let forwarded = forwarded.map_err(|_| Unavailable)?;
    forwarded.headers().set("x-request-id", &request.id).map_err(|_| Unavailable)?;
    // A session's access token is not what the client sent.
    if let Some(authorization) = request.header("authorization") {
        forwarded.headers().set("authorization", &authorization).map_err(|_| Unavailable)?;
    }
    send(env, key, &forwarded, &request.id).await
}

/// The same answer, which tells the edge what to ask: the edge that has a project or the routes changed does not wait for KV.
fn with_changed(response: &web_sys::Response, key: &Key) -> Result<web_sys::Response, JsValue> {
    let answer = web_sys::Response::new_with_opt_readable_stream_and_init(
        response.body().as_ref(),
        response.unchecked_ref(),
    )?;
    answer.headers().set(CHANGED, &key.config_key().unwrap_or_default())?;
    Ok(answer)
}

/// Answers a question of the edge with a text, or with status 503 and nothing.
pub async fn reply(
    incoming: &web_sys::Request,
    env: Env,
    context: Context,
) -> Result<web_sys::Response, JsValue> {
    let text = http::wait(incoming.text()?).await?.as_string().unwrap_or_default();
    let answer = match serde_json::from_str(&text) {
        Ok(Question::Keys(issuer, reason)) => keys(env, issuer, IssuerRequest::Keys(reason)).await,
        Ok(Question::Published(key)) => match Key::of_config_key(&key) {
            Some(key) => published(env, context, key).await,
            None => Err(Unavailable),
        },
        Ok(Question::Session { cookie }) => session(incoming, env, context, &cookie).await,
        Err(error) => {
            log::warning(&Console, "question_malformed", "edge", error);
            Err(Unavailable)
        }
    };
    match answer {
        Ok(text) => web_sys::Response::new_with_opt_str(Some(&text)),
        Err(Unavailable) => respond(&Response::empty(503)),
    }
}

async fn keys(env: Env, issuer: String, request: IssuerRequest) -> Result<String, Unavailable> {
    let response = ask_issuer(env, issuer, request).await?;
    serde_json::to_string(&response).map_err(|_| Unavailable)
}

/// The access token of a session; `null` if there is no such session.
async fn session(
    incoming: &web_sys::Request,
    env: Env,
    context: Context,
    cookie: &str,
) -> Result<String, Unavailable> {
    let found = match SessionCookie::try_from(cookie) {
        Ok(cookie) => {
            let request = request::read(incoming, question::URL, http::new_id());
            let request = request.map_err(|error| failed("session", http::reason(&error)))?;
            let entered = enter_worker(env, context);
            let (host, plane) = entered.map_err(|variable| failed(variable.name, &variable))?;
            plane.session_token(&host, &request, &cookie).await?
        }
        Err(_) => None,
    };
    serde_json::to_string(&found).map_err(|_| Unavailable)
}

/// The text that is published of a project or of the routes; empty where there is nothing. It is kept in memory here, too.
async fn published(env: Env, context: Context, key: Key) -> Result<String, Unavailable> {
    let text = published_by(&env, &key).await?;
    if let Ok((host, plane)) = enter_worker(env, context) {
        plane.note_published(&host, &key, Some(&*text).filter(|text| !text.is_empty()));
    }
    Ok(text)
}
