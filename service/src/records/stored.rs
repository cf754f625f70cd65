//! Loading records, and changing them without losing a change of another writer.

use edge_authorizer::Unavailable;

use super::format::Format;
use crate::host::{Commit, CommitError, Failure, Key, LogSink, Store};
use crate::log::warning;

/// How often a change is applied again because other writers came first. Of the writers of a record one succeeds in each
/// round, so that many can write at once; one that still fails is answered 503.
pub const MAX_ATTEMPTS: u32 = 100;

/// A record, with what a commit has to know of it.
#[derive(Clone, Debug)]
pub struct Loaded<T> {
    /// Its value; the default one where there is no record.
    pub value: T,
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

/// Loads the record of a key.
pub async fn load<T: Format>(host: &(impl Store + LogSink), key: &Key) -> Result<Loaded<T>, Unavailable> {
    let read = async {
        let Some(record) = host.load(key).await? else {
            return Ok(Loaded { value: T::default(), revision: None, is_referenced: false });
        };
        let value = T::read(&record.value)?;
        Ok(Loaded { value, revision: Some(record.revision), is_referenced: record.is_referenced })
    };
    read.await.map_err(|failure| failed(host, key, &failure))
}

/// Commits a value at the revision at which it was read. `None`: another writer came first.
pub async fn commit<T: Format>(
    host: &(impl Store + LogSink),
    key: &Key,
    expected: Option<u64>,
    value: &T,
    commit: Commit,
) -> Result<Option<u64>, Unavailable> {
    let value = value.write().map_err(|failure| failed(host, key, &failure))?;
    let commit = Commit { value: Some(value), ..commit };
    match host.commit(key, expected, commit).await {
        Ok(revision) => Ok(Some(revision)),
        Err(CommitError::Conflict) => Ok(None),
        Err(CommitError::Failed(failure)) => Err(failed(host, key, &failure)),
    }
}

/// What a change of a record came to.
pub enum Update<A> {
    /// The changed value is to be committed, with what belongs to the transaction.
    Commit(A, Commit),
    /// Nothing is to be committed.
    Keep(A),
}

/// Changes a record: applies `change` to what is stored and commits it, again for as long as other writers come first.
pub async fn update<T: Format, A>(
    host: &(impl Store + LogSink),
    key: &Key,
    mut change: impl FnMut(&mut T) -> Update<A>,
) -> Result<A, Unavailable> {
    for _ in 0..MAX_ATTEMPTS {
        let Loaded { mut value, revision, .. } = load::<T>(host, key).await?;
        match change(&mut value) {
            Update::Keep(answer) => return Ok(answer),
            Update::Commit(answer, extras) => {
                if commit(host, key, revision, &value, extras).await?.is_some() {
                    return Ok(answer);
                }
            }
        }
    }
    Err(failed(host, key, &Failure::new("too many writers at once")))
}

/// Notes a failure of the store in the log.
pub fn failed(host: &impl LogSink, key: &Key, failure: &Failure) -> Unavailable {
    warning(host, "store_failed", &key.to_string(), failure);
    Unavailable
}
