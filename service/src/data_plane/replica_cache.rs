//! Published values of one kind, read through memory.

use std::sync::{Arc, Mutex};

use edge_authorizer::{Cached, Faults, Loaded, NumericDate, ProjectId, StoreCache, Unavailable, strict_json};
use serde_json::Value;

use super::published::Published;
use crate::host::{Clock, Job, LogSink, Replica, Space, Tasks};
use crate::lock::lock;
use crate::log::warning;

/// Where the values of one kind are, how they are read, and what is kept of them.
pub struct ReplicaCache {
    pub space: Space,
    /// What their keys begin with there.
    pub prefix: &'static str,
    pub parse: fn(&Value) -> Result<Published, Faults>,
    /// Whether an absent key says that there is no such thing. Keys of issuers may just not be published yet.
    pub has_absence: bool,
    cache: Mutex<StoreCache<Published>>,
}

/// The replica did not answer, or its answer means nothing: what is known already goes on serving.
struct NoNews;

impl ReplicaCache {
    pub fn new(space: Space, prefix: &'static str, parse: fn(&Value) -> Result<Published, Faults>) -> Self {
        Self { space, prefix, parse, has_absence: space == Space::Config, cache: Mutex::default() }
    }

    /// The value of a key, fresh for `ttl` seconds; `again` is the work that reads it again. A project that needs it alone
    /// owns it.
    pub async fn get<H: Replica + Tasks + Clock + LogSink>(
        &self,
        host: &H,
        key: &str,
        project: Option<&ProjectId>,
        ttl: f64,
        again: impl FnOnce() -> Job<H::Signal>,
    ) -> Loaded<Published> {
        let cached = lock(&self.cache).look_up(key, host.now(), ttl);
        match cached {
            Cached::Fresh(loaded) => loaded,
            Cached::Stale(loaded) => {
                host.later(again());
                loaded
            }
            Cached::Old(loaded) => self.load(host, key, project).await.unwrap_or(loaded),
            Cached::Missing => self.load(host, key, project).await.unwrap_or(Err(Unavailable)),
        }
    }

    /// Reads a value again. Where the replica fails, the one that is kept serves until it is old.
    pub async fn refresh<H: Replica + Clock + LogSink>(
        &self,
        host: &H,
        key: &str,
        project: Option<&ProjectId>,
    ) {
        let _kept = self.load(host, key, project).await;
    }

    /// Reads a value and keeps it. One that cannot be read is kept as such: it denies until it is mended.
    async fn load<H: Replica + Clock + LogSink>(
        &self,
        host: &H,
        key: &str,
        project: Option<&ProjectId>,
    ) -> Result<Loaded<Published>, NoNews> {
        let now = host.now();
        let text = host.read(self.space, &format!("{}{key}", self.prefix)).await.map_err(|failure| {
            warning(host, "kv_failed", &self.name(key), failure);
            NoNews
        })?;
        if text.is_none() && !self.has_absence {
            return Err(NoNews);
        }
        Ok(self.note(host, key, project, text.as_deref(), now))
    }

    /// Whether a value of a key is kept, however old.
    pub fn has(&self, key: &str, now: NumericDate) -> bool {
        matches!(lock(&self.cache).look_up(key, now, f64::INFINITY), Cached::Fresh(Ok(Some(_))))
    }

    /// Forgets everything.
    pub fn forget(&self) {
        *lock(&self.cache) = StoreCache::default();
    }

    /// Keeps what a key was found to hold.
    pub fn note(
        &self,
        host: &impl LogSink,
        key: &str,
        project: Option<&ProjectId>,
        text: Option<&str>,
        now: NumericDate,
    ) -> Loaded<Published> {
        let confirmed = text.and_then(|text| lock(&self.cache).confirm(key, text, now));
        if let Some(loaded) = confirmed {
            return loaded;
        }
        let loaded = text.map(|text| self.parse(text).map(Arc::new)).transpose().map_err(|reason| {
            warning(host, "value_malformed", &self.name(key), reason);
            Unavailable
        });
        lock(&self.cache).put(key, project, loaded, text.unwrap_or_default(), now)
    }

    fn parse(&self, text: &str) -> Result<Published, String> {
        let document = strict_json::from_slice(text.as_bytes()).map_err(|error| error.to_string())?;
        (self.parse)(&document).map_err(|faults| faults.to_string())
    }

    /// Where a key is, for the log.
    fn name(&self, key: &str) -> String {
        format!("{}: {}{key}", self.space.name(), self.prefix)
    }
}
