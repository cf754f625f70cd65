//! Records that are published.

use edge_authorizer::NumericDate;

use crate::host::{Directory, Failure, Issuers, Key, LogSink, ReplicaWrite, Store};
use crate::records::{Format, Lease};

/// A record that is published.
pub trait Replicated: Format {
    /// What is to be written to the replicas, if they do not have it yet.
    fn unpublished(&self, key: &Key) -> Option<ReplicaWrite>;

    /// Tells others what the publication means to them.
    fn announce(
        &self,
        host: &(impl Store + Issuers + Directory + LogSink),
        key: &Key,
    ) -> impl Future<Output = Result<(), Failure>>;

    /// Notes that all of it is published at `now`.
    fn mark_published(&mut self, now: NumericDate);

    /// The right to publish it.
    fn lease(&mut self) -> &mut Option<Lease>;

    /// After how many seconds there is more to do for a record that is published.
    fn next_wake(&self, now: NumericDate) -> Option<f64>;
}
