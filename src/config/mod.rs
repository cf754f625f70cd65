//! What administrators and project owners configure: routes to origins, and the identity providers of a project.

pub mod access;
pub mod assertion;
pub mod blocked_key;
pub mod cors;
pub mod custom_idp;
pub mod idp_id;
pub mod label;
pub mod origin;
pub mod revocation;
pub mod role;
pub mod role_detection;
pub mod role_template;
pub mod route;
pub mod routes;
pub(crate) mod short_text;
pub mod snapshot;
mod template_syntax;
