//! The management API: what its requests mean, and what a change makes of a project. Pure like the rest of the core.

pub mod audit;
mod change;
mod endpoint;
mod entity_tag;
mod keys;
mod precondition;
mod project;
mod question;
mod unknown;

pub use change::{Applied, Change, Refusal, read_project};
pub use endpoint::{Endpoint, NoEndpoint};
pub use entity_tag::{etag, is_known};
pub use keys::{IssuerKeys, list_keys};
pub use precondition::Precondition;
pub use project::{OWNER, Project};
pub use question::Question;
pub use unknown::UnknownProjects;
