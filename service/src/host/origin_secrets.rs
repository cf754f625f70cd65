//! The secrets that origins get.

/// The secrets by which origins know the gateway (`secretHeader`).
pub trait OriginSecrets {
    /// How the operator sets a secret; `None` if it is known to be set. At Cloudflare the control plane does not know those of
    /// the edge.
    fn how_to_set(&self, secret: &str) -> Option<String>;
}
