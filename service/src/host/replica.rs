//! Published values, as the data plane reads them.

use super::failure::Failure;

/// A kind of published values.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Space {
    /// The routes under `gateway`, and snapshots under `project/{id}`.
    Config,
    /// Key records, by issuer.
    Keys,
}

impl Space {
    /// Its name, which is that of the KV namespace at Cloudflare.
    pub const fn name(self) -> &'static str {
        match self {
            Self::Config => "CONFIG",
            Self::Keys => "JWKS",
        }
    }
}

/// Reads a replica of what the control plane published. It may lag behind; the service's caches see to it that a newer
/// version in memory is not replaced by an older one.
///
/// At Cloudflare: `get` of the KV namespace. A server reads its copy of the database's published values.
pub trait Replica {
    /// The text under a key, if there is one.
    fn read(&self, space: Space, key: &str) -> impl Future<Output = Result<Option<String>, Failure>>;
}
