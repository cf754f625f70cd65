//! Records as they were read or written last.

use std::any::Any;
use std::sync::{Arc, Mutex};

use edge_authorizer::{FairCache, Owner, weight};

use super::format::Format;
use crate::host::Key;
use crate::lock::lock;

/// What they may take in memory, in bytes.
const MAX_BYTES: usize = 16 * 1024 * 1024;

/// Records by the scope that read them and by key, each with its revision. A scope whose writes fail may give a revision
/// twice; the scope that takes its place does not see what it read.
pub struct RecordCache(Mutex<FairCache<(u32, Key), Entry>>);

/// A record of any type.
struct Entry {
    revision: u64,
    value: Arc<dyn Any + Send + Sync>,
}

impl Default for RecordCache {
    fn default() -> Self {
        Self(Mutex::new(FairCache::new(MAX_BYTES)))
    }
}

impl RecordCache {
    /// The last known value of a record, and its revision.
    pub fn get<T: Format>(&self, scope: u32, key: &Key) -> Option<(u64, Arc<T>)> {
        let mut all = lock(&self.0);
        let (_, Entry { revision, value }) = all.get(&(scope, key.clone()))?;
        Some((*revision, value.clone().downcast().ok()?))
    }

    /// What a value takes in memory, of which `text` is the JSON.
    pub fn bytes<T: Format>(text: &str) -> usize {
        T::COPIES * weight(text)
    }

    /// Keeps a value, unless a later one is kept.
    pub fn put<T: Format>(&self, scope: u32, key: &Key, revision: u64, value: Arc<T>, bytes: usize) {
        let mut all = lock(&self.0);
        let place = (scope, key.clone());
        if all.get(&place).is_some_and(|(_, kept)| kept.revision > revision) {
            return;
        }
        let owner = match key {
            Key::Project(project) => Owner::Project(project.clone()),
            Key::Issuer(_) | Key::Routes | Key::SigningKeys(_) => Owner::Everybody,
        };
        let _evicted = all.put(place, owner, Entry { revision, value }, bytes);
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::records::RoutesRecord;

    #[test]
    fn a_later_value_is_kept_and_scopes_do_not_share() {
        let cache = RecordCache::default();
        let value = |version: u64| {
            let text = format!(r#"{{"document":null,"version":{version},"published":0}}"#);
            Arc::new(RoutesRecord::read(&text).unwrap())
        };
        cache.put(1, &Key::Routes, 8, value(8), 100);
        cache.put(1, &Key::Routes, 7, value(7), 100);
        let known = |scope| {
            cache.get::<RoutesRecord>(scope, &Key::Routes).map(|(revision, value)| (revision, value.version))
        };
        assert_eq!((known(1), known(2)), (Some((8, 8)), None));
    }
}
