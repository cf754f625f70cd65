//! Publishing values to the replicas.

use super::failure::Failure;
use super::replica::Space;

/// A value to publish.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ReplicaWrite {
    /// Its kind.
    pub space: Space,
    /// Its key.
    pub key: String,
    /// Its text; `None` removes what is there.
    pub value: Option<String>,
    /// After how many seconds it expires, if it does.
    pub lifetime: Option<u32>,
}

/// Publishes values to the replicas that [`super::Replica`] reads. Only the control plane has it.
///
/// At Cloudflare: `put` with `expirationTtl`, or `delete`, of the KV namespace.
pub trait Publisher {
    /// Publishes a value. The future ends within 10 seconds: a host gives up a write that takes longer, because the right to
    /// publish, which the record holds, expires after 15.
    fn publish(&self, write: &ReplicaWrite) -> impl Future<Output = Result<(), Failure>>;
}
