//! Publication: what is stored reaches the replicas, and an older value never replaces a newer one there.

mod publish;
mod replicated;
mod replicated_records;
mod turns;

pub use publish::{RETRY, publish};
pub use replicated::Replicated;
pub use turns::Turns;
