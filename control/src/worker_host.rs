//! The worker as a host: what it does in the name of the gateway, and for people who log in.

use cloudflare::host::Host;

/// The worker. It stores nothing itself: objects do.
pub struct WorkerHost {
    /// What it has in common with objects.
    pub host: Host,
}

impl_control!(WorkerHost);
