//! A Durable Object as a host of the service.

use std::cell::RefCell;

use cloudflare::host::Host;
use cloudflare::http;
use edge_authorizer::{ProjectId, Role, Unavailable};
use js_sys::{Object, Promise, Reflect};
use service::host::{
    AuditNote, AuditRange, AuditRow, Commit, CommitError, Failure, Key, Listed, Projects, Publisher, Record,
    ReplicaWrite, RolesAdmission, Store,
};
use wasm_bindgen::JsValue;
use wasm_bindgen::prelude::wasm_bindgen;

use crate::message;
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

impl Projects for ObjectHost<'_> {
    async fn admit_roles(&self, project: &ProjectId, roles: &[Role]) -> Result<RolesAdmission, Unavailable> {
        message::admit_roles(&self.host.env, project, roles).await
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

impl_control!(ObjectHost<'_>);
