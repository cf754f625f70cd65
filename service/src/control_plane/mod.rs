//! The control plane: the management API, issuers' keys and publication.

mod plane;
mod state;

pub use plane::ControlPlane;
pub use state::ControlState;
