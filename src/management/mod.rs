//! The management API: what its requests mean, and what a change makes of a project. Pure like the rest of the core.

mod change;
mod endpoint;
mod keys;
mod precondition;
mod project;
mod question;

pub use change::{Applied, Change, Refusal, read_project};
pub use endpoint::{Endpoint, NoEndpoint};
pub use keys::{IssuerKeys, list_keys};
pub use precondition::{Precondition, etag};
pub use project::{OWNER, Project};
pub use question::Question;
