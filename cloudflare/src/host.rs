//! Cloudflare as a host of the service: what the data plane requires, and what the control plane requires besides what it
//! stores.

use std::cell::OnceCell;
use std::pin::Pin;
use std::sync::Arc;

use edge_authorizer::users::SessionCookie;
use edge_authorizer::{KeyOutcome, NumericDate, ProjectId, SignatureCheck, Unavailable};
use service::host::{
    Clock, Entropy, Failure, IssuerRequest, IssuerResponse, Issuers, Job, LogSink, Replica, SessionAnswer,
    SessionSource, Space, Tasks, Verifier,
};
use service::{DataPlane, InvalidVariable, Settings};
use wasm_bindgen::JsValue;
use wasm_bindgen::prelude::wasm_bindgen;

use crate::console::Console;
use crate::env::{Context, Env};
use crate::kv::Namespace;
use crate::signal::{self, Signal};
use crate::{http, task};

/// What this isolate remembers.
pub type Plane = DataPlane<Signal>;

/// What a request has around it.
#[derive(Clone)]
pub struct Host {
    /// Bindings, variables and secrets.
    pub env: Env,
    /// Where the request runs.
    pub place: Place,
    /// What this isolate remembers.
    pub plane: Arc<Plane>,
    /// How an issuer's object is reached.
    pub ask: AskIssuer,
    /// How sessions are reached.
    pub ask_session: AskSession,
}

/// A context of the runtime. What waits in one can be woken from there.
#[derive(Clone)]
pub enum Place {
    /// The worker: each request has its own context, in which work goes on after the answer.
    Worker(Context),
    /// An object, by its number in the isolate: all its requests have one context, and it lives on without them.
    Object(u32),
}

/// Sends a request to an issuer's object: the control plane directly, the data plane through the control plane.
pub type AskIssuer = fn(Env, String, IssuerRequest) -> IssuerAnswer;

/// An issuer's answer, or a promise of it.
pub type IssuerAnswer = Pin<Box<dyn Future<Output = Result<IssuerResponse, Unavailable>>>>;

/// Asks for the access token of a session, which the control plane has.
pub type AskSession = fn(Env, SessionCookie) -> SessionPromise;

/// What is answered of a session, or a promise of it.
pub type SessionPromise = Pin<Box<dyn Future<Output = SessionAnswer>>>;

impl Replica for Host {
    async fn read(&self, space: Space, key: &str) -> Result<Option<String>, Failure> {
        let namespace: Namespace = self.env.binding(space.name());
        namespace.get(key).await.map_err(|error| Failure(http::reason(&error)))
    }
}

impl Verifier for Host {
    async fn verify(&self, check: &SignatureCheck<'_>) -> KeyOutcome {
        webcrypto::check(check, task::is_true).await
    }
}

impl Issuers for Host {
    async fn ask_issuer(&self, issuer: &str, request: &IssuerRequest) -> Result<IssuerResponse, Unavailable> {
        (self.ask)(self.env.clone(), issuer.to_owned(), request.clone()).await
    }
}

impl SessionSource for Host {
    async fn ask_session(&self, cookie: &SessionCookie) -> SessionAnswer {
        (self.ask_session)(self.env.clone(), cookie.clone()).await
    }
}

impl Tasks for Host {
    type Signal = Signal;

    fn scope(&self) -> u32 {
        match self.place {
            Place::Worker(_) => 0,
            Place::Object(number) => number,
        }
    }

    fn later(&self, job: Job<Signal>) {
        let host = self.clone();
        let work = async move { host.plane.run(&host, job).await };
        match &self.place {
            Place::Worker(context) => {
                let work = wasm_bindgen_futures::future_to_promise(async {
                    work.await;
                    Ok(JsValue::UNDEFINED)
                });
                // Where the context has ended, the work goes on without it as far as it gets.
                let _ended = context.wait_until(&work);
            }
            Place::Object(_) => wasm_bindgen_futures::spawn_local(work),
        }
    }

    fn signal(&self) -> Signal {
        Signal::default()
    }

    async fn wait(&self, signal: &Signal, project: Option<&ProjectId>, seconds: f64) {
        signal::wait(signal, project, seconds).await;
    }

    fn wake(&self, signal: &Signal) {
        signal.give();
    }
}

impl Clock for Host {
    fn now(&self) -> NumericDate {
        http::now()
    }
}

impl Entropy for Host {
    fn fill(&self, bytes: &mut [u8]) {
        random_values(bytes);
    }

    fn new_id(&self) -> String {
        http::new_id()
    }
}

impl LogSink for Host {
    fn info(&self, line: &str) {
        Console.info(line);
    }

    fn warn(&self, line: &str) {
        Console.warn(line);
    }
}

#[wasm_bindgen]
extern "C" {
    #[wasm_bindgen(js_namespace = crypto, js_name = getRandomValues)]
    fn random_values(bytes: &mut [u8]);
}

thread_local! {
    static PLANE: OnceCell<Arc<Plane>> = const { OnceCell::new() };
}

/// What this isolate remembers, with the variables of its worker, which stay the same for as long as it lives.
#[expect(clippy::arc_with_non_send_sync, reason = "hosts with threads share it between them")]
pub fn plane(env: &Env) -> Result<Arc<Plane>, InvalidVariable> {
    if let Some(plane) = PLANE.with(|cell| cell.get().cloned()) {
        return Ok(plane);
    }
    let plane = Arc::new(Plane::new(Settings::read(|name| env.text(name))?));
    Ok(PLANE.with(|cell| cell.get_or_init(|| plane).clone()))
}

crate::impl_crypto!(Host);
