//! Work that takes a processor for long.

use super::failure::Failure;

/// Does work that takes a processor for a tenth of a second, such as hashing a password. A host that has threads does it on another
/// one, so that what waits for the store or the network goes on meanwhile; at Cloudflare there is none.
pub trait Compute {
    /// What `work` gives. It fails if the host cannot do it.
    fn compute<T: Send + 'static>(
        &self,
        work: impl FnOnce() -> T + Send + 'static,
    ) -> impl Future<Output = Result<T, Failure>> {
        async { Ok(work()) }
    }
}
