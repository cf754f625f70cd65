//! The control plane, which answers the gateway's own paths and knows what KV lacks.
//!
//! Clients' requests go to its default entrypoint (`CONTROL`), the edge's own questions to another one (`CONTROL_QUESTIONS`):
//! nothing in a request can make it a question.

use cloudflare::env::{Env, Fetcher};
use cloudflare::host::{Host, IssuerAnswer, SessionPromise};
use cloudflare::http;
use cloudflare::question::{self, CHANGED, ENDED_SESSION, Question, failed, request_failed};
use cloudflare::response::respond;
use edge_authorizer::users::SessionCookie;
use edge_authorizer::{Denial, ErrorCode, Unavailable};
use js_sys::encode_uri_component;
use service::host::{Clock, Entropy, IssuerRequest, IssuerResponse, Key, LogSink, SessionToken};
use service::http::{problem, problem_with};
use service::log;
use wasm_bindgen::prelude::wasm_bindgen;
use wasm_bindgen::{JsCast, JsValue};
use web_sys::{Request, Response};

use crate::incoming::Incoming;

/// Has the control plane answer a request, unless its target cannot be forwarded.
pub async fn hand_over(incoming: Incoming, host: Host) -> Result<JsValue, JsValue> {
    if let Some(reason) = incoming.target().fault() {
        let request = incoming.for_log(host.new_id());
        let denial = Denial { code: ErrorCode::RequestInvalid, realm: None };
        let response = problem_with(&denial, &request.id, None, Some(reason));
        host.info(&log::management(&request, &response, host.now(), None));
        return Ok(respond(&response)?.into());
    }
    let response = match send(&incoming, &host.env).await {
        Ok(response) => response,
        Err(error) => {
            let (id, denial) = (host.new_id(), Denial { code: ErrorCode::StoreUnavailable, realm: None });
            request_failed(&id, "CONTROL", http::reason(&error));
            return Ok(respond(&problem(&denial, &id))?.into());
        }
    };
    let Some(key) = response.headers().get(CHANGED)? else { return Ok(response.into()) };
    match key.strip_prefix(ENDED_SESSION) {
        Some(digest) => host.plane.forget_session(&host, digest),
        None => note_change(&host, &key).await,
    }
    Ok(without(&response, CHANGED)?.into())
}

/// Hands a request over as it is. Its target is in the query, where no parser resolves it.
async fn send(incoming: &Incoming, env: &Env) -> Result<Response, JsValue> {
    let url = format!("https://control/?{}", encode_uri_component(&incoming.url));
    let request = Request::new_with_str_and_init(&url, incoming.arrival.request().unchecked_ref())?;
    env.binding::<Fetcher>("CONTROL").fetch(&request).await
}

/// Keeps what a request changed, under a key of `CONFIG`: the edge that had it changed does not wait for KV.
async fn note_change(host: &Host, key: &str) {
    let Ok(text) = ask(&host.env, key, &Question::Published(key.to_owned())).await else { return };
    if let Some(key) = Key::of_config_key(key) {
        host.plane.note(host, &key, Some(&*text).filter(|text| !text.is_empty()));
    }
}

#[wasm_bindgen(module = "/src/control.js")]
extern "C" {
    #[wasm_bindgen(catch)]
    fn without(response: &Response, name: &str) -> Result<Response, JsValue>;
}

/// Asks for an issuer's keys. Nothing else is the data plane's to say about an issuer.
pub fn ask_issuer(env: Env, issuer: String, request: IssuerRequest) -> IssuerAnswer {
    Box::pin(async move {
        let IssuerRequest::Keys(reason) = request else { return Err(Unavailable) };
        let answer = ask(&env, &issuer, &Question::Keys(issuer.clone(), reason)).await?;
        IssuerResponse::parse(&answer).map_err(|faults| failed(&issuer, faults))
    })
}

/// Asks for the access token of a session.
pub fn ask_session(env: Env, cookie: SessionCookie) -> SessionPromise {
    Box::pin(async move {
        let question = Question::Session { cookie: cookie.reveal().to_owned() };
        let answer = ask(&env, "session", &question).await?;
        SessionToken::parse(&answer).map_err(|faults| failed("session", faults))
    })
}

async fn ask(env: &Env, name: &str, question: &Question) -> Result<String, Unavailable> {
    question::put(&env.binding("CONTROL_QUESTIONS"), &format!("CONTROL_QUESTIONS: {name}"), question).await
}
