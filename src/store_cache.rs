//! A cache of values read from a store, bounded in bytes and in age.
//!
//! The budget is in bytes of memory, not of text. Each value has an owner: the project for which it was loaded first, all
//! projects together, or none for keys without a value. As the owners share the cache fairly, no project evicts more than its
//! share, and look-ups of invented names never evict existing values.

use sha2::{Digest, Sha256};

use crate::cached::{Cached, Loaded};
use crate::document_weight::weight;
use crate::fair_cache::{FairCache, Owner};
use crate::project_id::ProjectId;
use crate::token::numeric_date::NumericDate;
use crate::versioned::Versioned;

/// The budget of one cache, in bytes of memory.
const MAX_BYTES: usize = 16 * 1024 * 1024;

/// How long a value is used while the store fails, in seconds.
pub const OUTAGE_SECONDS: f64 = 300.0;

/// How long a refresh in the background may take before another one starts, in seconds.
const REFRESH_SECONDS: f64 = 10.0;

/// The values of one kind, by their key.
#[derive(Debug)]
pub struct StoreCache<T> {
    entries: FairCache<String, Entry<T>>,
}

#[derive(Debug)]
struct Entry<T> {
    loaded: Loaded<T>,
    /// The digest of its text.
    digest: [u8; 32],
    read: NumericDate,
    refresh_started: Option<NumericDate>,
}

impl<T> Default for StoreCache<T> {
    fn default() -> Self {
        Self::new(MAX_BYTES)
    }
}

impl<T> StoreCache<T> {
    fn new(max_bytes: usize) -> Self {
        Self { entries: FairCache::new(max_bytes) }
    }
}

impl<T: Versioned> StoreCache<T> {
    /// Looks up `key`: fresh for `ttl` seconds, then stale for as long again, and old until five minutes after it was read.
    pub fn look_up(&mut self, key: &str, now: NumericDate, ttl: f64) -> Cached<T> {
        let Some(entry) = self.entry(key) else { return Cached::Missing };
        let loaded = entry.loaded.clone();
        let is_younger_than = |seconds| now < entry.read.plus(seconds);
        if is_younger_than(ttl) {
            return Cached::Fresh(loaded);
        }
        if is_younger_than(2.0 * ttl) {
            let is_refreshing =
                entry.refresh_started.is_some_and(|started| now < started.plus(REFRESH_SECONDS));
            if is_refreshing {
                return Cached::Fresh(loaded);
            }
            entry.refresh_started = Some(now);
            return Cached::Stale(loaded);
        }
        if is_younger_than(OUTAGE_SECONDS) { Cached::Old(loaded) } else { Cached::Missing }
    }

    /// Renews the cached value of `key` if it was made of the same `text`, which was read at `now`. The value stays the very same,
    /// and with it what depends on it.
    pub fn confirm(&mut self, key: &str, text: &str, now: NumericDate) -> Option<Loaded<T>> {
        let entry = self.entry(key).filter(|entry| entry.digest == digest(text))?;
        entry.read = now;
        entry.refresh_started = None;
        Some(entry.loaded.clone())
    }

    /// Caches the value of `key` that was read at `now`; `text` is empty if there is none. A newer version in the cache is kept until
    /// it expires; then the older one is cached. Absence is older than every version: deletion leaves a tombstone, so a replica
    /// without the key lags behind. A cached value keeps its owner; a new one is owned by `project`, or by all projects.
    ///
    /// Returns the current value.
    pub fn put(
        &mut self,
        key: &str,
        project: Option<&ProjectId>,
        loaded: Loaded<T>,
        text: &str,
        now: NumericDate,
    ) -> Loaded<T> {
        let kept = self.entry(key).filter(|entry| now < entry.read.plus(OUTAGE_SECONDS));
        if let Some(Ok(Some(kept))) = kept.map(|entry| &entry.loaded)
            && let Ok(new) = &loaded
            && new.as_ref().is_none_or(|new| new.is_older_than(kept))
        {
            return Ok(Some(kept.clone()));
        }
        let owner = match (&loaded, self.entries.owner(key), project) {
            (Ok(None), _, _) => Owner::Nobody,
            (_, Some(owner), _) if *owner != Owner::Nobody => owner.clone(),
            (_, _, Some(project)) => Owner::Project(project.clone()),
            (_, _, None) => Owner::Everybody,
        };
        let surplus = loaded.as_ref().ok().and_then(Option::as_ref).map_or(0, |value| value.surplus());
        let bytes = size_of::<Entry<T>>() + key.len() + weight(text) + surplus;
        let entry = Entry { loaded: loaded.clone(), digest: digest(text), read: now, refresh_started: None };
        let _evicted = self.entries.put(key.to_owned(), owner, entry, bytes);
        loaded
    }

    fn entry(&mut self, key: &str) -> Option<&mut Entry<T>> {
        self.entries.get(key).map(|(_, entry)| entry)
    }
}

fn digest(text: &str) -> [u8; 32] {
    Sha256::digest(text.as_bytes()).into()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::unavailable::Unavailable;
    use std::sync::Arc;

    const TTL: f64 = 30.0;
    const SMALL: usize = 512 * 1024;

    impl Versioned for u8 {
        fn is_older_than(&self, other: &Self) -> bool {
            self < other
        }
    }

    fn at(seconds: f64) -> NumericDate {
        NumericDate::from_seconds(seconds)
    }

    fn project(name: &str) -> Option<ProjectId> {
        ProjectId::try_from(name).ok()
    }

    fn cache(loaded: &Loaded<u8>) -> StoreCache<u8> {
        let mut cache = StoreCache::default();
        assert_eq!(cache.put("k", None, loaded.clone(), "1", at(1000.0)), *loaded);
        cache
    }

    #[test]
    fn value_ages_from_fresh_to_stale_to_old_to_missing() {
        let value = Ok(Some(Arc::new(7)));
        let mut cache = cache(&value);
        assert_eq!(cache.look_up("k", at(1029.9), TTL), Cached::Fresh(value.clone()));
        assert_eq!(cache.look_up("k", at(1030.0), TTL), Cached::Stale(value.clone()));
        assert_eq!(cache.look_up("k", at(1060.0), TTL), Cached::Old(value.clone()));
        assert_eq!(cache.look_up("k", at(1299.9), TTL), Cached::Old(value));
        assert_eq!(cache.look_up("k", at(1300.0), TTL), Cached::Missing);
        assert_eq!(cache.look_up("other", at(1000.0), TTL), Cached::Missing);
    }

    #[test]
    fn only_one_caller_refreshes_a_stale_value() {
        let value = Ok(Some(Arc::new(7)));
        let mut cache = cache(&value);
        assert_eq!(cache.look_up("k", at(1035.0), TTL), Cached::Stale(value.clone()));
        assert_eq!(cache.look_up("k", at(1035.0), TTL), Cached::Fresh(value.clone()));
        assert_eq!(cache.look_up("k", at(1045.0), TTL), Cached::Stale(value.clone()));
        assert_eq!(cache.put("k", None, value.clone(), "1", at(1046.0)), value);
        assert_eq!(cache.look_up("k", at(1046.0), TTL), Cached::Fresh(value));
    }

    #[test]
    fn confirming_the_same_text_renews_the_value() {
        let value = Arc::new(7);
        let mut cache = cache(&Ok(Some(value.clone())));
        assert_eq!(cache.confirm("k", "2", at(1040.0)), None);
        assert_eq!(cache.look_up("k", at(1040.0), TTL), Cached::Stale(Ok(Some(value.clone()))));
        let confirmed = cache.confirm("k", "1", at(1041.0)).unwrap().unwrap().unwrap();
        assert!(Arc::ptr_eq(&confirmed, &value));
        assert_eq!(cache.look_up("k", at(1070.0), TTL), Cached::Fresh(Ok(Some(value))));
    }

    #[test]
    fn absent_and_unreadable_values_are_cached() {
        assert_eq!(cache(&Ok(None)).look_up("k", at(1001.0), TTL), Cached::Fresh(Ok(None)));
        assert_eq!(cache(&Err(Unavailable)).look_up("k", at(1001.0), TTL), Cached::Fresh(Err(Unavailable)));
    }

    #[test]
    fn zero_ttl_serves_values_only_during_outages() {
        assert_eq!(cache(&Ok(None)).look_up("k", at(1000.0), 0.0), Cached::Old(Ok(None)));
    }

    #[test]
    fn older_versions_do_not_replace_newer_ones_until_they_expire() {
        let (new, old) = (Ok(Some(Arc::new(7))), Ok(Some(Arc::new(6))));
        let mut cache = cache(&new);
        assert_eq!(cache.put("k", None, old.clone(), "0", at(1040.0)), new);
        assert_eq!(cache.look_up("k", at(1040.0), TTL), Cached::Stale(new));
        assert_eq!(cache.put("k", None, old.clone(), "0", at(1300.0)), old);
        assert_eq!(cache.look_up("k", at(1300.0), TTL), Cached::Fresh(old));
    }

    #[test]
    fn absence_does_not_replace_a_value_until_it_expires() {
        let value = Ok(Some(Arc::new(7)));
        let mut cache = cache(&value);
        assert_eq!(cache.put("k", None, Ok(None), "", at(1299.9)), value);
        assert_eq!(cache.look_up("k", at(1299.9), TTL), Cached::Old(value));
        assert_eq!(cache.put("k", None, Ok(None), "", at(1300.0)), Ok(None));
        assert_eq!(cache.look_up("k", at(1300.0), TTL), Cached::Fresh(Ok(None)));
        // What cannot be read denies at once; and a value that comes after all serves.
        let unreadable = Err(Unavailable);
        for loaded in [Ok(Some(Arc::new(1))), unreadable.clone(), Ok(None), unreadable, Ok(Some(Arc::new(2)))]
        {
            assert_eq!(cache.put("k", None, loaded.clone(), "", at(1301.0)), loaded);
        }
    }

    #[test]
    fn least_recently_used_value_is_evicted_and_oversized_ones_are_not_cached() {
        let mut cache = StoreCache::new(SMALL);
        let value = || Ok(Some(Arc::new(1)));
        let part = "x".repeat(SMALL / 10);
        for key in ["a", "b", "c", "d"] {
            cache.put(key, None, value(), &part, at(0.0)).unwrap();
        }
        assert_eq!(cache.look_up("a", at(1.0), TTL), Cached::Fresh(value()));
        cache.put("e", None, value(), &part, at(1.0)).unwrap();
        assert_eq!(cache.look_up("b", at(1.0), TTL), Cached::Missing);
        for key in ["a", "d", "e"] {
            assert_eq!(cache.look_up(key, at(1.0), TTL), Cached::Fresh(value()), "{key}");
        }
        assert_eq!(cache.put("a", None, value(), &"x".repeat(SMALL), at(1.0)), value());
        assert_eq!(cache.look_up("a", at(1.0), TTL), Cached::Missing);
        assert_eq!(cache.look_up("d", at(1.0), TTL), Cached::Fresh(value()));
    }

    #[test]
    fn document_of_commas_does_not_evict_small_projects() {
        let mut cache = StoreCache::default();
        let value = || Ok(Some(Arc::new(1)));
        let name = |number: u32| format!("p{number}");
        // Half of the cache in 200 projects.
        let small = ["\"", &"x".repeat(MAX_BYTES / 200 / 4), "\""].concat();
        for number in 0..200 {
            cache.put(&name(number), project(&name(number)).as_ref(), value(), &small, at(0.0)).unwrap();
        }
        let commas = ["\"", &",".repeat(256 * 1024), "\""].concat();
        cache.put("commas", project("commas").as_ref(), value(), &commas, at(1.0)).unwrap();
        let kept = (0..200).filter(|number| cache.entries.owner(&*name(*number)).is_some());
        assert_eq!((kept.count(), cache.entries.owner("commas").is_some()), (200, true));
    }

    #[test]
    fn one_project_cannot_evict_values_of_another() {
        let mut cache = StoreCache::new(SMALL);
        let value = || Ok(Some(Arc::new(1)));
        let large = "x".repeat(SMALL / 20);
        cache.put("shared", project("victim").as_ref(), value(), &large, at(0.0)).unwrap();
        for number in 0..100 {
            cache.put(&format!("k{number}"), project("attacker").as_ref(), value(), &large, at(1.0)).unwrap();
            // Reading it for another project does not make it that one's.
            cache.put("shared", project("attacker").as_ref(), value(), &large, at(1.0)).unwrap();
        }
        assert_eq!(cache.look_up("shared", at(2.0), TTL), Cached::Fresh(value()));
    }

    #[test]
    fn absent_keys_cannot_evict_existing_values() {
        let mut cache = StoreCache::default();
        let value = || Ok(Some(Arc::new(1)));
        // Three quarters of the cache hold projects.
        let text = "x".repeat(MAX_BYTES / 600 * 3 / 4 / 2);
        let name = |number: u32| format!("p{number}");
        for number in 0..600 {
            cache.put(&name(number), project(&name(number)).as_ref(), value(), &text, at(0.0)).unwrap();
        }
        let made_up = |number: u32| format!("made-up-{number}");
        for number in 0..50_000 {
            let name = made_up(number);
            cache.put(&name, project(&name).as_ref(), Ok(None), "", at(1.0)).unwrap();
        }
        assert_eq!((0..600).filter(|number| cache.entries.owner(&*name(*number)).is_some()).count(), 600);
        assert_eq!(cache.look_up("made-up-0", at(1.0), TTL), Cached::Missing);
        // One of them exists later: it is no longer nobody's.
        let last = made_up(49_999);
        cache.put(&last, project(&last).as_ref(), value(), "1", at(2.0)).unwrap();
        assert_eq!(cache.entries.owner(&*last), project(&last).map(Owner::Project).as_ref());
    }
}
