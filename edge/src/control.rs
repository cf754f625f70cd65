//! The control plane, which answers the gateway's own paths and knows what KV lacks.
//!
//! Clients' requests go to its default entrypoint (`CONTROL`), the edge's own questions to another one (`CONTROL_QUESTIONS`):
//! nothing in a request can make it a question.

use cloudflare::answer::Answer;
use cloudflare::edge::Incoming;
use cloudflare::env::{Env, Fetcher};
use cloudflare::issuer::IssuerKeys;
use cloudflare::question::{self, CHANGED, Question, failed, read_keys};
use cloudflare::{http, log, store};
use edge_authorizer::{Denial, ErrorCode, FetchReason, Issuer, ProjectId, Unavailable};
use js_sys::encode_uri_component;
use wasm_bindgen::prelude::wasm_bindgen;
use wasm_bindgen::{JsCast, JsValue};
use web_sys::{Request, Response};

/// Has the control plane answer a request, unless its target cannot be forwarded.
pub async fn hand_over(incoming: Incoming, env: Env) -> Result<JsValue, JsValue> {
    if let Some(reason) = incoming.target().fault() {
        let (id, denial) = (http::new_id(), Denial { code: ErrorCode::RequestInvalid, realm: None });
        log::management(&incoming, &id, denial.code.status(), Some(denial.code.as_str()));
        return Ok(Answer::detailed_problem(&denial, &id, None, Some(reason)).respond()?.into());
    }
    let Ok(response) = send(&incoming, &env).await else {
        let denial = Denial { code: ErrorCode::StoreUnavailable, realm: None };
        return Ok(Answer::problem(&denial, &http::new_id()).respond()?.into());
    };
    let Some(question) = response.headers().get(CHANGED)? else { return Ok(response.into()) };
    see(&env, &question).await;
    Ok(without(&response, CHANGED)?.into())
}

/// Hands a request over as it is. Its target is in the query, where no parser resolves it.
async fn send(incoming: &Incoming, env: &Env) -> Result<Response, Unavailable> {
    let sent = async {
        let url = format!("https://control/?{}", encode_uri_component(&incoming.url));
        let request = Request::new_with_str_and_init(&url, incoming.arrival.request().unchecked_ref())?;
        env.binding::<Fetcher>("CONTROL").fetch(&request).await
    };
    sent.await.map_err(|error| failed("CONTROL", http::reason(&error)))
}

/// The edge that has a project or the routes changed does not wait for KV.
async fn see(env: &Env, question: &str) {
    let Ok(Question::Published(project)) = serde_json::from_str(question) else { return };
    let Ok(stored) = ask(env, "published", &Question::Published(project.clone())).await else { return };
    if let Ok(project) = project.map(|name| ProjectId::try_from(&*name)).transpose() {
        store::remember_published(project.as_ref(), &stored);
    }
}

#[wasm_bindgen(module = "/src/control.js")]
extern "C" {
    #[wasm_bindgen(catch)]
    fn without(response: &Response, name: &str) -> Result<Response, JsValue>;
}

/// Asks for an issuer's keys.
pub fn ask_issuer(env: Env, issuer: Issuer, reason: FetchReason) -> IssuerKeys {
    Box::pin(async move {
        let answer = ask(&env, issuer.as_str(), &Question::Keys(issuer.as_str().to_owned(), reason)).await?;
        read_keys(issuer.as_str(), &answer)
    })
}

async fn ask(env: &Env, name: &str, question: &Question) -> Result<String, Unavailable> {
    question::put(&env.binding("CONTROL_QUESTIONS"), &format!("CONTROL_QUESTIONS: {name}"), question).await
}
