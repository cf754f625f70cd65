//! A Durable Object as a host of the service.

use std::cell::RefCell;

use cloudflare::host::Host;
use cloudflare::http;
use cloudflare::signal::Signal;
use edge_authorizer::accounts::SigningSet;
use edge_authorizer::{KeyOutcome, NumericDate, ProjectId, SignatureCheck, Unavailable};
use js_sys::{Object, Promise, Reflect};
use service::host::{
    AuditNote, AuditRange, AuditRow, Clock, Commit, CommitError, Entropy, Failure, Fetch, FetchFailure,
    FetchLimits, Fetched, IssuerRequest, IssuerResponse, Issuers, Job, Key, Listed, LogSink, Publisher,
    Record, Replica, ReplicaWrite, SigningKeySource, SigningKeysResponse, Space, Store, Tasks, Verifier,
};
use wasm_bindgen::prelude::wasm_bindgen;
use wasm_bindgen::{JsCast, JsValue};
use web_sys::{AbortSignal, RequestInit, RequestRedirect, Response};

use crate::message;
use crate::request::headers;
use crate::store::ObjectStore;
use crate::timeout::within;

/// How long a write to KV may take, in seconds.
const PUBLISH_SECONDS: f64 = 10.0;

/// An object with what it stores.
pub struct ObjectHost<'o> {
    /// What it has in common with the worker.
    pub host: Host,
    /// Its storage.
    pub store: &'o ObjectStore,
    /// A write to KV that took too long, and may still land.
    pub late_write: &'o RefCell<Option<Promise>>,
}

impl Store for ObjectHost<'_> {
    fn is_exclusive(&self) -> bool {
        true
    }

    async fn load(&self, key: &Key, known: Option<u64>) -> Result<Option<Record>, Failure> {
        self.store.load(key, known).map_err(Failure::new)
    }

    async fn commit(&self, key: &Key, expected: Option<u64>, commit: Commit) -> Result<u64, CommitError> {
        self.store.commit(key, expected, commit).await
    }

    async fn wake_after(&self, _key: &Key, seconds: f64) -> Result<(), Failure> {
        self.store.wake_after(seconds).await.map_err(Failure::new)
    }

    async fn append(&self, _key: &Key, note: AuditNote) -> Result<(), Failure> {
        self.store.append(&note).map_err(Failure::new)
    }

    async fn audit(&self, _key: &Key, range: AuditRange) -> Result<Vec<AuditRow>, Failure> {
        self.store.audit(range).map_err(Failure::new)
    }

    async fn spend(&self, _key: &Key, id: &str, until: f64) -> Result<bool, Failure> {
        self.store.spend(id, until).map_err(Failure::new)
    }

    async fn list(&self, project: &ProjectId, listed: Option<&Listed>) -> Result<(), Failure> {
        let told = message::list(&self.host.env, project, listed).await;
        told.map_err(|Unavailable| Failure::new("the registry does not answer"))
    }

    async fn projects(&self, after: &str, limit: u32) -> Result<Vec<Listed>, Failure> {
        self.store.projects(after, limit).map_err(Failure::new)
    }
}

impl Fetch for ObjectHost<'_> {
    async fn get(&self, url: &str, limits: FetchLimits) -> Result<Fetched, FetchFailure> {
        let init = RequestInit::new();
        init.set_redirect(RequestRedirect::Manual);
        // The signal ends the reading of the body, too.
        let signal = AbortSignal::timeout_with_u32(limits.timeout_ms);
        init.set_signal(Some(&signal));
        let answer = http::wait(http::scope().fetch_with_str_and_init(url, &init)).await;
        let failure = |_| if signal.aborted() { FetchFailure::NoAnswer } else { FetchFailure::Unreachable };
        let response: Response = answer.and_then(JsCast::dyn_into).map_err(failure)?;
        let headers = headers(&response.headers()).map_err(failure)?;
        let status = response.status();
        if status != 200 {
            return Ok(Fetched { status, headers, body: Vec::new() });
        }
        let stream = response.body().ok_or(FetchFailure::NoBody)?;
        let body = http::read_at_most(&stream, limits.max_bytes).await.ok_or(FetchFailure::Body)?;
        Ok(Fetched { status, headers, body })
    }
}

#[wasm_bindgen]
extern "C" {
    /// A KV namespace, to write.
    type Namespace;

    #[wasm_bindgen(method, catch)]
    fn put(this: &Namespace, key: &str, value: &str, options: &Object) -> Result<Promise, JsValue>;

    #[wasm_bindgen(method, catch)]
    fn delete(this: &Namespace, key: &str) -> Result<Promise, JsValue>;
}

impl Publisher for ObjectHost<'_> {
    async fn publish(&self, write: &ReplicaWrite) -> Result<(), Failure> {
        let namespace: Namespace = self.host.env.binding(write.space.name());
        let start = || match &write.value {
            Some(value) => {
                let options = Object::new();
                if let Some(seconds) = write.lifetime {
                    Reflect::set(&options, &"expirationTtl".into(), &seconds.into())?;
                }
                namespace.put(&write.key, value, &options)
            }
            None => namespace.delete(&write.key),
        };
        let end = http::now().plus(PUBLISH_SECONDS);
        let left = || end.as_seconds() - http::now().as_seconds();
        // A write that took too long may still land: none is started beside it, or it could replace a newer version.
        let late = self.late_write.borrow().clone();
        if let Some(late) = late
            && within(left(), &late).await.is_err_and(|error| error.is_undefined())
        {
            return Err(Failure::new("an earlier write has not ended yet"));
        }
        self.late_write.replace(None);
        let write = start().map_err(|error| Failure(http::reason(&error)))?;
        within(left(), &write).await.map(|_| ()).map_err(|error| {
            if !error.is_undefined() {
                return Failure(http::reason(&error));
            }
            self.late_write.replace(Some(write.clone()));
            Failure::new("it takes too long")
        })
    }
}

cloudflare::impl_crypto!(ObjectHost<'_>);

impl Replica for ObjectHost<'_> {
    async fn read(&self, space: Space, key: &str) -> Result<Option<String>, Failure> {
        self.host.read(space, key).await
    }
}

impl Verifier for ObjectHost<'_> {
    async fn verify(&self, check: &SignatureCheck<'_>) -> KeyOutcome {
        self.host.verify(check).await
    }
}

impl Issuers for ObjectHost<'_> {
    async fn ask_issuer(&self, issuer: &str, request: &IssuerRequest) -> Result<IssuerResponse, Unavailable> {
        self.host.ask_issuer(issuer, request).await
    }
}

impl SigningKeySource for ObjectHost<'_> {
    async fn ask_signing_keys(&self, set: SigningSet) -> Result<SigningKeysResponse, Unavailable> {
        message::ask_signing_keys(&self.host.env, set).await
    }
}

impl Tasks for ObjectHost<'_> {
    type Signal = Signal;

    fn scope(&self) -> u32 {
        self.host.scope()
    }

    fn later(&self, job: Job<Signal>) {
        self.host.later(job);
    }

    fn signal(&self) -> Signal {
        self.host.signal()
    }

    async fn wait(&self, signal: &Signal, project: Option<&ProjectId>, seconds: f64) {
        self.host.wait(signal, project, seconds).await;
    }

    fn wake(&self, signal: &Signal) {
        self.host.wake(signal);
    }
}

impl Clock for ObjectHost<'_> {
    fn now(&self) -> NumericDate {
        self.host.now()
    }
}

impl Entropy for ObjectHost<'_> {
    fn fill(&self, bytes: &mut [u8]) {
        self.host.fill(bytes);
    }

    fn new_id(&self) -> String {
        self.host.new_id()
    }
}

impl LogSink for ObjectHost<'_> {
    fn info(&self, line: &str) {
        self.host.info(line);
    }

    fn warn(&self, line: &str) {
        self.host.warn(line);
    }
}
