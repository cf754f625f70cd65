//! Users and their sessions.

mod entries;
pub mod sessions;

pub use entries::provider_session;
