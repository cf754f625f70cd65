//! The login at the company's OpenID Provider, and the sessions that it begins.

mod admission;
mod backchannel;
mod begin;
mod by_session;
mod callback;
mod endpoint;
mod federation_row;
mod home;
mod log;
mod logout;
mod own_sessions;
mod party;
mod provider;
mod refresh;
mod refusal;
mod refused_login;
mod session_token;
mod spent;
mod tombstone;
mod visit;

pub use federation_row::{CLIENT_SECRET, FEDERATION, FederationRow, RemovedFederation};
pub use provider::{ProviderFault, ProviderMemory, fetch_metadata};
pub use refused_login::RefusedLogin;
pub use visit::{LOGIN_PATH, Visit, see_other};
