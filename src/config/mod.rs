//! What administrators and project owners configure: routes to origins, and the identity providers of a project.

pub mod blocked_key;
pub mod cors;
pub mod custom_idp;
pub mod origin;
pub mod role;
pub mod routes;
pub mod snapshot;
