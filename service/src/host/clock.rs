//! The time.

use edge_authorizer::NumericDate;

/// Tells the time. At Cloudflare `Date.now()`, natively `SystemTime`.
pub trait Clock {
    /// The time now.
    fn now(&self) -> NumericDate;
}
