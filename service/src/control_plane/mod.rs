//! The control plane: the management API, issuers' keys and publication.

mod plane;
mod state;
mod work;

pub use plane::ControlPlane;
pub use state::ControlState;
pub use work::{CHANGE_BYTES, Held};
