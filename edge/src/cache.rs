//! Values read from KV, kept in memory: bounded, and never older than their age allows.

use std::cell::RefCell;
use std::sync::Arc;

use edge_authorizer::{Time, Unavailable};
use lru::LruCache;

/// What a key of KV holds: a value, nothing, or something that cannot be read.
pub type Loaded<T> = Result<Option<Arc<T>>, Unavailable>;

/// The most text that one cache stands for, in bytes.
const MAX_BYTES: usize = 16 * 1024 * 1024;

/// How long a value serves while KV fails, in seconds.
const OUTAGE_SECONDS: f64 = 300.0;

/// How long a refresh in the background may take before another one starts, in seconds.
const REFRESH_SECONDS: f64 = 10.0;

/// The values of one kind, by their key; the one that was not asked for the longest goes first.
pub struct Cache<T> {
    entries: RefCell<Entries<T>>,
}

struct Entries<T> {
    by_key: LruCache<String, Entry<T>>,
    bytes: usize,
}

struct Entry<T> {
    loaded: Loaded<T>,
    bytes: usize,
    read: Time,
    refresh_started: Option<Time>,
}

/// What a cache says of a key.
pub enum Cached<T> {
    /// The value is fresh.
    Fresh(Loaded<T>),
    /// The value serves; the caller has to read it again in the background.
    Stale(Loaded<T>),
    /// The value serves only if KV fails.
    Old(Loaded<T>),
    /// There is no value that could serve.
    Missing,
}

impl<T> Cache<T> {
    /// An empty cache.
    pub fn new() -> Self {
        Self { entries: RefCell::new(Entries { by_key: LruCache::unbounded(), bytes: 0 }) }
    }

    /// What is kept of `key`: fresh for `ttl` seconds, stale for as long again.
    pub fn look_up(&self, key: &str, now: Time, ttl: f64) -> Cached<T> {
        let mut entries = self.entries.borrow_mut();
        let Some(entry) = entries.by_key.get_mut(key) else { return Cached::Missing };
        let loaded = entry.loaded.clone();
        if now < entry.read.plus(ttl) {
            return Cached::Fresh(loaded);
        }
        if now < entry.read.plus(2.0 * ttl) {
            let is_refreshing =
                entry.refresh_started.is_some_and(|started| now < started.plus(REFRESH_SECONDS));
            if is_refreshing {
                return Cached::Fresh(loaded);
            }
            entry.refresh_started = Some(now);
            return Cached::Stale(loaded);
        }
        if now < entry.read.plus(OUTAGE_SECONDS.max(2.0 * ttl)) {
            Cached::Old(loaded)
        } else {
            Cached::Missing
        }
    }

    /// Keeps what `key` was found to hold at `now`, `bytes` being the length of its text.
    pub fn put(&self, key: &str, loaded: Loaded<T>, bytes: usize, now: Time) {
        let mut entries = self.entries.borrow_mut();
        let bytes = bytes + key.len() + ENTRY_BYTES;
        let entry = Entry { loaded, bytes, read: now, refresh_started: None };
        let replaced = entries.by_key.put(key.to_owned(), entry).map_or(0, |entry| entry.bytes);
        entries.bytes = entries.bytes + bytes - replaced;
        while entries.bytes > MAX_BYTES {
            let Some((_, evicted)) = entries.by_key.pop_lru() else { break };
            entries.bytes -= evicted.bytes;
        }
    }
}

/// What an entry costs beside its text, in bytes.
const ENTRY_BYTES: usize = 128;
