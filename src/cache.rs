//! Values read from a store, kept in memory: bounded, and never older than their age allows.
//!
//! What is kept is counted as it lies in memory, not as text. Each value has an owner: the project for which it was loaded
//! first, all projects together, or, for keys of the store that hold nothing, nobody. As the owners share the cache fairly,
//! no project evicts more than its share, and names that do not exist never evict what does.

use std::sync::Arc;

use sha2::{Digest, Sha256};

use crate::authorize::Unavailable;
use crate::fair_cache::{FairCache, Owner};
use crate::project::ProjectId;
use crate::time::Time;

/// What a key of the store holds: a value, nothing, or something that cannot be read.
pub type Loaded<T> = Result<Option<Arc<T>>, Unavailable>;

/// What one cache may hold in memory, in bytes.
const MAX_BYTES: usize = 16 * 1024 * 1024;

/// What a value costs in memory beside its text, in bytes: its allocation and what points to it.
const VALUE_BYTES: usize = 48;

/// What a document holds in memory once it is read, at most, in bytes: its text and what is made of it, and something for
/// each value, before which there is a comma or the beginning of a list. Those within strings are text.
pub fn weight(text: &str) -> usize {
    let (mut values, mut is_string, mut is_escaped) = (0, false, false);
    for byte in text.bytes() {
        match byte {
            _ if is_escaped => is_escaped = false,
            b'\\' => is_escaped = true,
            b'"' => is_string = !is_string,
            b',' | b'[' | b'{' if !is_string => values += 1,
            _ => {}
        }
    }
    2 * text.len() + VALUE_BYTES * values
}

/// How long a value serves while the store fails, in seconds.
const OUTAGE_SECONDS: f64 = 300.0;

/// How long a refresh in the background may take before another one starts, in seconds.
const REFRESH_SECONDS: f64 = 10.0;

/// The values of one kind, by their key.
#[derive(Debug)]
pub struct Cache<T> {
    entries: FairCache<String, Entry<T>>,
}

#[derive(Debug)]
struct Entry<T> {
    loaded: Loaded<T>,
    /// The digest of its text.
    digest: [u8; 32],
    read: Time,
    refresh_started: Option<Time>,
}

/// What a cache says of a key.
#[derive(Debug, PartialEq, Eq)]
pub enum Cached<T> {
    /// The value serves.
    Fresh(Loaded<T>),
    /// The value serves; the caller has to read it again in the background.
    Stale(Loaded<T>),
    /// The value serves only if the store fails.
    Old(Loaded<T>),
    /// There is no value that could serve.
    Missing,
}

impl<T> Default for Cache<T> {
    fn default() -> Self {
        Self::new(MAX_BYTES)
    }
}

impl<T> Cache<T> {
    fn new(max_bytes: usize) -> Self {
        Self { entries: FairCache::new(max_bytes) }
    }
}

/// What can be kept and told apart by age. Stores are replicas: what they answer may be older than what they answered before.
pub trait Versioned {
    /// Whether this was superseded by `other`; `false` where that cannot be told.
    fn is_older_than(&self, other: &Self) -> bool;

    /// What it holds in memory beyond the [`weight`] of its text, in bytes.
    fn surplus(&self) -> usize {
        0
    }
}

impl<T: Versioned> Cache<T> {
    /// What is kept of `key`: fresh for `ttl` seconds, stale for as long again, old for five minutes in all.
    pub fn look_up(&mut self, key: &str, now: Time, ttl: f64) -> Cached<T> {
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

    /// What `key` is known to hold, if `text`, which it was found to hold at `now`, is the one that is kept: the very same
    /// value then goes on, and what depends on it with it.
    pub fn confirm(&mut self, key: &str, text: &str, now: Time) -> Option<Loaded<T>> {
        let entry = self.entry(key).filter(|entry| entry.digest == digest(text))?;
        entry.read = now;
        entry.refresh_started = None;
        Some(entry.loaded.clone())
    }

    /// Keeps what `key` was found to hold at `now`; `text` is empty where it holds nothing. A newer version that is kept
    /// already stays, and goes on ageing: when it is gone, the older one is what there is. Absence is older than every
    /// version: what is deleted leaves a tombstone, so a replica without the key has not seen it yet. A value that is kept
    /// already keeps its owner, too; a new one is owned by `project`, or by all of them.
    ///
    /// Answers what counts now.
    pub fn put(
        &mut self,
        key: &str,
        project: Option<&ProjectId>,
        loaded: Loaded<T>,
        text: &str,
        now: Time,
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

    const TTL: f64 = 30.0;
    const SMALL: usize = 512 * 1024;

    impl Versioned for u8 {
        fn is_older_than(&self, other: &Self) -> bool {
            self < other
        }
    }

    fn at(seconds: f64) -> Time {
        Time::from_seconds(seconds)
    }

    fn project(name: &str) -> Option<ProjectId> {
        ProjectId::try_from(name).ok()
    }

    fn cache(loaded: &Loaded<u8>) -> Cache<u8> {
        let mut cache = Cache::default();
        assert_eq!(cache.put("k", None, loaded.clone(), "1", at(1000.0)), *loaded);
        cache
    }

    #[test]
    fn a_value_is_fresh_then_stale_then_old_then_gone() {
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
    fn one_caller_refreshes_a_stale_value_unless_it_takes_too_long() {
        let value = Ok(Some(Arc::new(7)));
        let mut cache = cache(&value);
        assert_eq!(cache.look_up("k", at(1035.0), TTL), Cached::Stale(value.clone()));
        assert_eq!(cache.look_up("k", at(1035.0), TTL), Cached::Fresh(value.clone()));
        assert_eq!(cache.look_up("k", at(1045.0), TTL), Cached::Stale(value.clone()));
        assert_eq!(cache.put("k", None, value.clone(), "1", at(1046.0)), value);
        assert_eq!(cache.look_up("k", at(1046.0), TTL), Cached::Fresh(value));
    }

    #[test]
    fn the_same_text_is_the_same_value_and_young_again() {
        let value = Arc::new(7);
        let mut cache = cache(&Ok(Some(value.clone())));
        assert_eq!(cache.confirm("k", "2", at(1040.0)), None);
        assert_eq!(cache.look_up("k", at(1040.0), TTL), Cached::Stale(Ok(Some(value.clone()))));
        let confirmed = cache.confirm("k", "1", at(1041.0)).unwrap().unwrap().unwrap();
        assert!(Arc::ptr_eq(&confirmed, &value));
        assert_eq!(cache.look_up("k", at(1070.0), TTL), Cached::Fresh(Ok(Some(value))));
    }

    #[test]
    fn nothing_and_the_unreadable_are_kept_too() {
        assert_eq!(cache(&Ok(None)).look_up("k", at(1001.0), TTL), Cached::Fresh(Ok(None)));
        assert_eq!(cache(&Err(Unavailable)).look_up("k", at(1001.0), TTL), Cached::Fresh(Err(Unavailable)));
    }

    #[test]
    fn without_an_age_a_value_serves_only_while_the_store_fails() {
        assert_eq!(cache(&Ok(None)).look_up("k", at(1000.0), 0.0), Cached::Old(Ok(None)));
    }

    #[test]
    fn an_older_version_does_not_replace_a_newer_one_until_that_is_gone() {
        let (new, old) = (Ok(Some(Arc::new(7))), Ok(Some(Arc::new(6))));
        let mut cache = cache(&new);
        assert_eq!(cache.put("k", None, old.clone(), "0", at(1040.0)), new);
        assert_eq!(cache.look_up("k", at(1040.0), TTL), Cached::Stale(new));
        assert_eq!(cache.put("k", None, old.clone(), "0", at(1300.0)), old);
        assert_eq!(cache.look_up("k", at(1300.0), TTL), Cached::Fresh(old));
    }

    #[test]
    fn absence_does_not_replace_a_value_until_that_is_gone() {
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
    fn the_least_recently_used_value_makes_room_and_a_huge_one_takes_none() {
        let mut cache = Cache::new(SMALL);
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
    fn many_small_values_of_a_document_count() {
        assert!(weight(&"1,".repeat(1000)) > 1000 * VALUE_BYTES);
        assert!(weight(&"[]".repeat(1000)) > 1000 * VALUE_BYTES);
    }

    #[test]
    fn what_is_within_a_string_is_text() {
        for text in [",[{".repeat(1000), r#"\",[{\\"#.repeat(1000)] {
            let quoted = format!("\"{text}\"");
            assert_eq!(weight(&quoted), 2 * quoted.len());
            assert_eq!(weight(&format!("{quoted},7")), 2 * quoted.len() + 4 + VALUE_BYTES);
        }
    }

    #[test]
    fn a_project_of_commas_evicts_no_small_ones() {
        let mut cache = Cache::default();
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
    fn what_one_project_has_loaded_evicts_nothing_of_another() {
        let mut cache = Cache::new(SMALL);
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
    fn names_that_were_made_up_evict_nothing_that_exists() {
        let mut cache = Cache::default();
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
