//! The token endpoint: a client authenticates where its account is stored, and the token is signed where the request came.

mod audit;
mod authentication;
mod endpoint;
mod question;
mod reply;

pub use question::{TokenOutcome, TokenQuestion};
