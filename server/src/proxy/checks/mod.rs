//! Checks: another proxy asks whether it may forward a request, and forwards it itself.
//!
//! They have a listener of their own: the answer to a permitted check has what the origin gets, its secret and assertions too, and
//! a client of a proxy that is trusted at the door must not be able to ask for it. Only trusted proxies get a decision.

mod check;
mod check_connection;
mod ext_authz;
mod forward_auth;
mod grpc;
mod messages;
mod original_request;

pub use check_connection::serve_checks;
