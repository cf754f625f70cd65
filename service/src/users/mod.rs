//! Users and their sessions, and the projects that they are members of.

mod admission;
mod entries;
mod member_projects;
pub mod sessions;

pub use admission::admit_roles;
pub use entries::provider_session;
pub use member_projects::{MemberProject, announce_members};
