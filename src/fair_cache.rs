//! A cache with a budget in bytes that its owners share fairly.
//!
//! When it is full, a sweep finds the level up to which each owner may keep entries so that all fit into seven eighths of the
//! budget, and evicts what exceeds it, least recently used entries first. So an owner below the level loses nothing, however much
//! the others insert.

use std::borrow::Borrow;
use std::hash::Hash;

use hashbrown::HashMap;
use lru::LruCache;

use crate::project_id::ProjectId;

/// The overhead of an entry beyond the size its caller states, in bytes.
const ENTRY_BYTES: usize = 128;

/// The overhead of an owner beyond its entries, in bytes.
const OWNER_BYTES: usize = 128;

/// The owner of an entry: the entry is part of its share.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub enum Owner {
    /// A project.
    Project(ProjectId),
    /// All projects together.
    Everybody,
    /// None: keys without a value.
    Nobody,
}

/// A cache of entries by key, with a budget in bytes.
#[derive(Debug)]
pub struct FairCache<K: Hash + Eq, V> {
    entries: LruCache<K, Entry<V>>,
    ledger: Ledger,
}

#[derive(Debug)]
struct Entry<V> {
    value: V,
    owner: Owner,
    bytes: usize,
}

impl<K: Clone + Hash + Eq, V> FairCache<K, V> {
    /// An empty cache with a budget of `max_bytes`.
    pub fn new(max_bytes: usize) -> Self {
        let ledger = Ledger { shares: HashMap::new(), bytes: 0, max_bytes };
        Self { entries: LruCache::unbounded(), ledger }
    }

    /// The key and value of an entry, which is now the most recently used one.
    pub fn get<Q>(&mut self, key: &Q) -> Option<(&K, &mut V)>
    where
        K: Borrow<Q>,
        Q: Hash + Eq + ?Sized,
    {
        self.entries.get_key_value_mut(key).map(|(key, entry)| (key, &mut entry.value))
    }

    /// The owner of an entry: the entry is part of its share.
    pub fn owner<Q>(&self, key: &Q) -> Option<&Owner>
    where
        K: Borrow<Q>,
        Q: Hash + Eq + ?Sized,
    {
        self.entries.peek(key).map(|entry| &entry.owner)
    }

    /// Removes an entry.
    pub fn remove<Q>(&mut self, key: &Q) -> Option<(K, V)>
    where
        K: Borrow<Q>,
        Q: Hash + Eq + ?Sized,
    {
        let (key, entry) = self.entries.pop_entry(key)?;
        self.ledger.credit(&entry.owner, entry.bytes);
        Some((key, entry.value))
    }

    /// Inserts an entry of `bytes`, replacing the one with that key, and returns the evicted entries: the entry
    /// itself, and nothing else, if it is larger than the whole budget.
    pub fn put(&mut self, key: K, owner: Owner, value: V, bytes: usize) -> Vec<(K, V)> {
        let bytes = bytes.saturating_add(ENTRY_BYTES);
        self.remove(&key);
        if bytes.saturating_add(OWNER_BYTES) > self.ledger.max_bytes {
            return vec![(key, value)];
        }
        self.ledger.charge(&owner, bytes);
        self.entries.push(key, Entry { value, owner, bytes });
        if self.ledger.bytes > self.ledger.max_bytes { self.sweep() } else { Vec::new() }
    }

    fn sweep(&mut self) -> Vec<(K, V)> {
        let Self { entries, ledger } = self;
        let level = ledger.level();
        let mut owners_above = ledger.shares.values().filter(|share| **share > level).count();
        let mut above = Vec::new();
        for (key, entry) in entries.iter().rev() {
            if owners_above == 0 {
                break;
            }
            if ledger.share(&entry.owner) > level {
                ledger.credit(&entry.owner, entry.bytes);
                owners_above -= usize::from(ledger.share(&entry.owner) <= level);
                above.push(key.clone());
            }
        }
        above.into_iter().filter_map(|key| Some((key.clone(), entries.pop(&key)?.value))).collect()
    }
}

/// The share of each owner. Separate from the entries, so that it is compiled once for all types.
#[derive(Debug)]
struct Ledger {
    shares: HashMap<Owner, usize>,
    bytes: usize,
    max_bytes: usize,
}

impl Ledger {
    fn share(&self, owner: &Owner) -> usize {
        self.shares.get(owner).copied().unwrap_or_default()
    }

    fn charge(&mut self, owner: &Owner, bytes: usize) {
        let share = self.share(owner);
        self.bytes += if share == 0 { bytes + OWNER_BYTES } else { bytes };
        self.shares.insert(owner.clone(), share + bytes);
    }

    fn credit(&mut self, owner: &Owner, bytes: usize) {
        let Some(share) = self.shares.get_mut(owner) else { return };
        *share -= bytes;
        self.bytes -= bytes;
        if *share == 0 {
            self.shares.remove(owner);
            self.bytes -= OWNER_BYTES;
        }
    }

    /// How much each owner may keep so that all have room in seven eighths of the budget: what those that need less than
    /// an equal part leave over is for the others.
    fn level(&self) -> usize {
        let room = self.max_bytes - self.max_bytes / 8;
        let mut level = 0;
        loop {
            let fits = |share: &&usize| **share + OWNER_BYTES <= level;
            let (count, taken) = self
                .shares
                .values()
                .filter(fits)
                .fold((0, 0), |(n, sum), share| (n + 1, sum + share + OWNER_BYTES));
            let others = self.shares.len() - count;
            let higher = room.saturating_sub(taken).checked_div(others).unwrap_or(usize::MAX);
            if higher <= level {
                return level.saturating_sub(OWNER_BYTES);
            }
            level = higher;
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const KIB: usize = 1024;

    fn owner(name: &str) -> Owner {
        Owner::Project(ProjectId::try_from(name).unwrap())
    }

    /// Puts entries of a kibibyte in, with keys that begin with their owner's name.
    fn fill(cache: &mut FairCache<String, u32>, name: &str, numbers: std::ops::Range<u32>) {
        for number in numbers {
            cache.put(format!("{name}{number}"), owner(name), number, KIB);
            assert!(cache.ledger.bytes <= cache.ledger.max_bytes);
        }
    }

    fn kept(cache: &FairCache<String, u32>, name: &str) -> usize {
        cache.entries.iter().filter(|(_, entry)| entry.owner == owner(name)).count()
    }

    #[test]
    fn single_owner_may_fill_the_cache_and_evicts_least_recently_used() {
        let mut cache = FairCache::new(64 * KIB);
        fill(&mut cache, "a", 0..50);
        assert_eq!(kept(&cache, "a"), 50);
        assert_eq!(cache.get("a0"), Some((&"a0".to_owned(), &mut 0)));
        fill(&mut cache, "a", 50..60);
        assert!(cache.get("a0").is_some() && cache.get("a59").is_some());
        assert!(cache.get("a1").is_none());
    }

    #[test]
    fn flooding_owner_evicts_only_its_own_entries() {
        let mut cache = FairCache::new(64 * KIB);
        for name in ["a", "b", "c"] {
            fill(&mut cache, name, 0..10);
        }
        fill(&mut cache, "flood", 0..10_000);
        assert_eq!(["a", "b", "c"].map(|name| kept(&cache, name)), [10, 10, 10]);
        assert!(kept(&cache, "flood") > 10);
    }

    #[test]
    fn late_owner_gets_an_equal_share() {
        let mut cache = FairCache::new(64 * KIB);
        fill(&mut cache, "early", 0..100);
        fill(&mut cache, "late", 0..100);
        let (early, late) = (kept(&cache, "early"), kept(&cache, "late"));
        assert!(early >= 20 && late >= 20, "{early} {late}");
    }

    #[test]
    fn entry_larger_than_the_budget_is_rejected_without_eviction() {
        let mut cache = FairCache::new(64 * KIB);
        fill(&mut cache, "a", 0..10);
        assert_eq!(cache.put("huge".to_owned(), owner("a"), 1, 65 * KIB), [("huge".to_owned(), 1)]);
        assert_eq!(kept(&cache, "a"), 10);
    }

    #[test]
    fn removed_and_replaced_entries_free_their_bytes() {
        let mut cache = FairCache::new(64 * KIB);
        for _ in 0..1000 {
            cache.put("same", owner("a"), 1, KIB);
        }
        assert_eq!(cache.ledger.bytes, KIB + ENTRY_BYTES + OWNER_BYTES);
        cache.put("same", Owner::Nobody, 2, KIB);
        assert_eq!((cache.owner("same"), cache.ledger.shares.len()), (Some(&Owner::Nobody), 1));
        assert_eq!(cache.remove("same"), Some(("same", 2)));
        assert_eq!(cache.remove("same"), None);
        assert_eq!((cache.ledger.bytes, cache.ledger.shares.len()), (0, 0));
    }

    #[test]
    fn owners_are_charged_for_their_own_overhead() {
        let mut cache = FairCache::new(64 * KIB);
        for number in 0..10_000_u32 {
            cache.put(number, owner(&format!("p{number}")), (), 0);
            assert!(cache.ledger.bytes <= 64 * KIB);
        }
        assert!(cache.entries.len() > 100);
        assert_eq!(cache.entries.len(), cache.ledger.shares.len());
    }
}
