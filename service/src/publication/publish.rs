//! Publishing a record until the replicas have what is stored.

use std::sync::Arc;

use edge_authorizer::Unavailable;

use super::replicated::Replicated;
use super::turns::Turns;
use crate::host::{Commit, ControlHost, Key};
use crate::log::warning;
use crate::records::{Lease, Loaded, MAX_ATTEMPTS, Records, Update, failed};

/// After how many seconds a publication that failed is repeated.
pub const RETRY: f64 = 2.0;

/// Publishes a record and returns whether the replicas have all of it. What they do not have is published when the host wakes
/// the key: commits that change what is published set that.
///
/// The current version is read, published, and marked as published by a commit at the revision that was read. If another
/// version was committed meanwhile, that one is published next. A version is never published after a newer one: only one
/// process publishes a record at a time, by a claim that the record itself holds.
pub async fn publish<R: Replicated, H: ControlHost>(
    records: Records<'_, H>,
    turns: &Turns<H::Signal>,
    key: &Key,
) -> Result<bool, Unavailable> {
    let host = records.host;
    let name = format!("publish {key}");
    let Some(_turn) = turns.take(host, &name).await else { return Ok(false) };
    let holder = host.new_id();
    let mut last = None;
    for _ in 0..MAX_ATTEMPTS {
        let Loaded { value, mut revision, .. } = records.load::<R>(key).await?;
        let mut value = Arc::unwrap_or_clone(value);
        let Some(write) = value.unpublished(key) else {
            return wake_next(host, key, &value).await.map(|()| true);
        };
        if value.lease().as_ref().is_some_and(|lease| lease.excludes(&holder, host.now())) {
            return wake(host, key, RETRY).await.map(|()| false);
        }
        if !host.is_exclusive() {
            *value.lease() = Some(Lease::new(&holder, host.now()));
            let claim = Commit { wake_after: Some(RETRY), ..Commit::default() };
            let claimed = records.commit(key, revision, value.clone(), claim).await?;
            if claimed.is_none() {
                continue;
            }
            revision = claimed;
        }
        let published = async {
            // A commit that changes nothing of what is published does not need it to be written again.
            if last.as_ref() != Some(&write) {
                host.publish(&write).await?;
            }
            value.announce(host, key).await
        };
        if let Err(failure) = published.await {
            warning(host, "not_published", &key.to_string(), failure);
            release::<R, H>(records, key, &holder).await?;
            return wake(host, key, RETRY).await.map(|()| false);
        }
        last = Some(write);
        value.mark_published(host.now());
        *value.lease() = None;
        let mark = Commit { wake_after: value.next_wake(host.now()), ..Commit::default() };
        if records.commit(key, revision, value, mark).await?.is_some() {
            return Ok(true);
        }
    }
    Ok(false)
}

/// Gives up the right to publish, if `holder` has it.
async fn release<R: Replicated, H: ControlHost>(
    records: Records<'_, H>,
    key: &Key,
    holder: &str,
) -> Result<(), Unavailable> {
    let host = records.host;
    if host.is_exclusive() {
        return Ok(());
    }
    let release = |value: &mut R| {
        let lease = value.lease().take();
        if lease.is_some_and(|lease| !lease.excludes(holder, host.now())) {
            Update::Commit((), Commit::default())
        } else {
            Update::Keep(())
        }
    };
    records.update(key, release).await
}

async fn wake_next<R: Replicated>(host: &impl ControlHost, key: &Key, value: &R) -> Result<(), Unavailable> {
    match value.next_wake(host.now()) {
        Some(seconds) => wake(host, key, seconds).await,
        None => Ok(()),
    }
}

async fn wake(host: &impl ControlHost, key: &Key, seconds: f64) -> Result<(), Unavailable> {
    host.wake_after(key, seconds).await.map_err(|failure| failed(host, key, &failure))
}
