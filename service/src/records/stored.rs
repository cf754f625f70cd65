//! Loading records, and changing them without losing a change of another writer.

use std::sync::Arc;

use edge_authorizer::Unavailable;

use super::format::Format;
use super::record_cache::RecordCache;
use crate::host::{Commit, CommitError, Failure, Key, LogSink, Store, Tasks};
use crate::log::warning;

/// How often a change is applied again because other writers came first. Of the writers of a record one succeeds in each
/// round, so that many can write at once; one that still fails is answered 503.
pub const MAX_ATTEMPTS: u32 = 100;

/// A record, with what a commit has to know of it.
#[derive(Clone, Debug)]
pub struct Loaded<T> {
    /// Its value; the default one where there is no record. All requests that read a revision share it.
    pub value: Arc<T>,
    /// Its revision; `None` where there is no record.
    pub revision: Option<u64>,
    /// Whether projects are registered with it.
    pub is_referenced: bool,
}

impl<T> Loaded<T> {
    /// Whether there is a record.
    pub fn exists(&self) -> bool {
        self.revision.is_some()
    }
}

/// What a change of a record came to.
pub enum Update<A> {
    /// The changed value is to be committed, with what belongs to the transaction.
    Commit(A, Commit),
    /// Nothing is to be committed.
    Keep(A),
}

/// The records of a store, read through memory.
pub struct Records<'r, H> {
    pub host: &'r H,
    pub cache: &'r RecordCache,
}

impl<H> Clone for Records<'_, H> {
    fn clone(&self) -> Self {
        *self
    }
}

impl<H> Copy for Records<'_, H> {}

impl<H: Store + Tasks + LogSink> Records<'_, H> {
    /// Loads the record of a key.
    pub async fn load<T: Format>(&self, key: &Key) -> Result<Loaded<T>, Unavailable> {
        self.read(key).await.map_err(|failure| failed(self.host, key, &failure))
    }

    async fn read<T: Format>(&self, key: &Key) -> Result<Loaded<T>, Failure> {
        let scope = self.host.scope();
        let known = self.cache.get::<T>(scope, key);
        let record = self.host.load(key, known.as_ref().map(|(revision, _)| *revision)).await?;
        let Some(record) = record else {
            return Ok(Loaded { value: Arc::default(), revision: None, is_referenced: false });
        };
        let value = match (record.value, known) {
            (Some(text), _) => {
                let value = Arc::new(T::read(&text)?);
                self.cache.put(scope, key, record.revision, value.clone(), RecordCache::bytes::<T>(&text));
                value
            }
            (None, Some((_, value))) => value,
            (None, None) => return Err(Failure::new("the store gave no value")),
        };
        Ok(Loaded { value, revision: Some(record.revision), is_referenced: record.is_referenced })
    }

    /// Commits a value at the revision at which it was read. `None`: another writer came first.
    pub async fn commit<T: Format>(
        &self,
        key: &Key,
        expected: Option<u64>,
        value: T,
        commit: Commit,
    ) -> Result<Option<u64>, Unavailable> {
        let text = value.write().map_err(|failure| failed(self.host, key, &failure))?;
        let bytes = RecordCache::bytes::<T>(&text);
        let commit = Commit { value: Some(text), ..commit };
        match self.host.commit(key, expected, commit).await {
            Ok(revision) => {
                self.cache.put(self.host.scope(), key, revision, Arc::new(value), bytes);
                Ok(Some(revision))
            }
            Err(CommitError::Conflict) => Ok(None),
            Err(CommitError::Failed(failure)) => Err(failed(self.host, key, &failure)),
        }
    }

    /// Changes a record: applies `change` to what is stored and commits it, again for as long as other writers come first.
    pub async fn update<T: Format, A>(
        &self,
        key: &Key,
        mut change: impl FnMut(&mut T) -> Update<A>,
    ) -> Result<A, Unavailable> {
        for _ in 0..MAX_ATTEMPTS {
            let Loaded { value, revision, .. } = self.load::<T>(key).await?;
            let mut value = Arc::unwrap_or_clone(value);
            match change(&mut value) {
                Update::Keep(answer) => return Ok(answer),
                Update::Commit(answer, extras) => {
                    if self.commit(key, revision, value, extras).await?.is_some() {
                        return Ok(answer);
                    }
                }
            }
        }
        Err(failed(self.host, key, &Failure::new("too many writers at once")))
    }
}

/// Notes a failure of the store in the log.
pub fn failed(host: &impl LogSink, key: &Key, failure: &Failure) -> Unavailable {
    warning(host, "store_failed", &key.to_string(), failure);
    Unavailable
}
