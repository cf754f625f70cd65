//! What is read from KV, through memory.

use std::cell::RefCell;
use std::pin::Pin;
use std::sync::Arc;

use edge_authorizer::Faults;
use edge_authorizer::{Cached, Loaded, StoreCache, Versioned};
use edge_authorizer::{
    Issuer, KeyRecord, NumericDate, ProjectId, Routes, Snapshot, Unavailable, strict_json,
};
use serde_json::Value;
use wasm_bindgen::JsValue;

use crate::edge::Edge;
use crate::env::Env;
use crate::http::{now, reason};
use crate::kv::Namespace;
use crate::log;

thread_local! {
    static GATEWAYS: RefCell<StoreCache<Routes>> = RefCell::default();
    static SNAPSHOTS: RefCell<StoreCache<Snapshot>> = RefCell::default();
    static KEY_RECORDS: RefCell<StoreCache<KeyRecord>> = RefCell::default();
}

/// The values of one kind: where they are in KV, how they are read, and where they are kept.
struct Shelf<T: 'static> {
    namespace: &'static str,
    /// What their keys begin with there.
    prefix: &'static str,
    parse: fn(&Value) -> Result<T, Faults>,
    cache: &'static std::thread::LocalKey<RefCell<StoreCache<T>>>,
    /// Whether it means anything that a key is not there. Keys are just not stored yet, or not seen by this replica.
    has_absence: bool,
}

const GATEWAY: Shelf<Routes> = Shelf {
    namespace: "CONFIG",
    prefix: "",
    parse: Routes::parse_stored,
    cache: &GATEWAYS,
    has_absence: true,
};
const SNAPSHOT: Shelf<Snapshot> = Shelf {
    namespace: "CONFIG",
    prefix: "project/",
    parse: Snapshot::parse_stored,
    cache: &SNAPSHOTS,
    has_absence: true,
};
const KEYS: Shelf<KeyRecord> =
    Shelf { namespace: "JWKS", prefix: "", parse: KeyRecord::parse, cache: &KEY_RECORDS, has_absence: false };

/// The routes document.
pub async fn gateway(edge: &Edge) -> Result<Arc<Routes>, Unavailable> {
    GATEWAY.get(edge, "gateway", None).await?.ok_or_else(|| {
        log::warning("value_unavailable", "CONFIG: gateway", "it is missing");
        Unavailable
    })
}

/// What is stored of a project; `None` if there is no such project.
pub async fn snapshot(edge: &Edge, project: &ProjectId) -> Loaded<Snapshot> {
    // The memory keeps the tombstone itself, so that no older snapshot of a replica takes its place.
    Ok(SNAPSHOT.get(edge, project.as_str(), Some(project)).await?.filter(|snapshot| !snapshot.is_deleted()))
}

/// What an object knows of its project, at `version`, where `read` gives the text of it. It is parsed once, and kept in the
/// same memory as what was read from KV, under `key`, which no project has.
pub fn snapshot_of_object<E>(
    project: &ProjectId,
    key: &str,
    version: u64,
    read: impl FnOnce() -> Result<Option<Value>, E>,
) -> Result<Option<Arc<Snapshot>>, E> {
    let cached = SNAPSHOTS.with_borrow_mut(|cache| cache.look_up(key, now(), f64::INFINITY));
    let loaded = match cached {
        Cached::Fresh(Ok(Some(snapshot))) if snapshot.version() == version => Ok(Some(snapshot)),
        _ => {
            let stored = read()?.as_ref().map(Value::to_string);
            SNAPSHOT.take_note(key, Some(project), stored.as_deref(), now())
        }
    };
    Ok(loaded.ok().flatten().filter(|snapshot| !snapshot.is_deleted()))
}

/// What is stored of an issuer's keys, if anything that can be read is. They count for `project`, which needs them, unless
/// another one had them loaded before.
pub async fn key_record(edge: &Edge, project: &ProjectId, issuer: &Issuer) -> Option<Arc<KeyRecord>> {
    KEYS.get(edge, issuer.as_str(), Some(project)).await.ok().flatten()
}

/// Takes note of keys that their issuer's object gave: this edge need not wait for KV.
pub fn remember_keys(project: &ProjectId, issuer: &Issuer, stored: &Value) -> Option<Arc<KeyRecord>> {
    KEYS.take_note(issuer.as_str(), Some(project), Some(&stored.to_string()), now()).ok().flatten()
}

/// KV did not answer, or its answer means nothing: what is known already goes on counting.
struct NoNews;

/// A value on its way from KV.
type Loading<T> = Pin<Box<dyn Future<Output = Result<Loaded<T>, NoNews>>>>;

impl<T: Versioned> Shelf<T> {
    async fn get(&'static self, edge: &Edge, key: &str, project: Option<&ProjectId>) -> Loaded<T> {
        let cached = self.cache.with_borrow_mut(|cache| cache.look_up(key, now(), edge.settings.config_ttl));
        match cached {
            Cached::Fresh(loaded) => loaded,
            Cached::Stale(loaded) => {
                let loading = self.loading(edge, key, project);
                edge.later(async move {
                    // Where KV fails, the value goes on serving until it is old.
                    let _ = loading.await;
                });
                loaded
            }
            Cached::Old(loaded) => self.loading(edge, key, project).await.unwrap_or(loaded),
            Cached::Missing => self.loading(edge, key, project).await.unwrap_or(Err(Unavailable)),
        }
    }

    /// Reads a value from KV. Boxed, so that it is not part of the function that decides: the engine compiles each function
    /// at its first call, and takes longer for a large one than for its parts.
    fn loading(&'static self, edge: &Edge, key: &str, project: Option<&ProjectId>) -> Loading<T> {
        let (env, key, project) = (edge.env.clone(), key.to_owned(), project.cloned());
        Box::pin(async move { self.load(&env, &key, project.as_ref()).await })
    }

    /// Reads a value from KV and keeps it. One that cannot be read is kept as such: it denies until it is mended.
    async fn load(&self, env: &Env, key: &str, project: Option<&ProjectId>) -> Result<Loaded<T>, NoNews> {
        let now = now();
        let text = match self.read_text(env, key).await {
            Ok(text) => text,
            Err(error) => {
                log::warning("kv_failed", &self.name(key), reason(&error));
                return Err(NoNews);
            }
        };
        if text.is_none() && !self.has_absence {
            return Err(NoNews);
        }
        Ok(self.take_note(key, project, text.as_deref(), now))
    }

    async fn read_text(&self, env: &Env, key: &str) -> Result<Option<String>, JsValue> {
        env.binding::<Namespace>(self.namespace).get(&format!("{}{key}", self.prefix)).await
    }

    /// Keeps what a key was found to hold, for the project that has it loaded, if one has.
    fn take_note(
        &self,
        key: &str,
        project: Option<&ProjectId>,
        text: Option<&str>,
        now: NumericDate,
    ) -> Loaded<T> {
        let confirmed =
            text.and_then(|text| self.cache.with_borrow_mut(|cache| cache.confirm(key, text, now)));
        if let Some(loaded) = confirmed {
            return loaded;
        }
        let loaded = text.map(|text| self.read(text).map(Arc::new)).transpose().map_err(|reason| {
            log::warning("value_malformed", &self.name(key), reason);
            Unavailable
        });
        self.cache.with_borrow_mut(|cache| cache.put(key, project, loaded, text.unwrap_or_default(), now))
    }

    /// Where a key is, for people.
    fn name(&self, key: &str) -> String {
        format!("{}: {}{key}", self.namespace, self.prefix)
    }

    fn read(&self, text: &str) -> Result<T, String> {
        let document = strict_json::from_slice(text.as_bytes()).map_err(|error| error.to_string())?;
        (self.parse)(&document).map_err(|faults| faults.to_string())
    }
}

/// Takes note of a changed project, or of changed routes, as they are stored: whoever is answered here next need not wait
/// for KV. The text is empty where there is no such project.
pub fn remember_published(project: Option<&ProjectId>, stored: &str) {
    match project {
        Some(project) => remember(project, Some(stored).filter(|stored| !stored.is_empty())),
        None => remember_gateway(stored),
    }
}

fn remember(project: &ProjectId, stored: Option<&str>) {
    let _kept = SNAPSHOT.take_note(project.as_str(), Some(project), stored, now());
}

fn remember_gateway(stored: &str) {
    let _kept = GATEWAY.take_note("gateway", None, Some(stored), now());
}
