//! Users of the gateway: the people who sign in.

mod email;
mod email_domain;

pub use email::{Email, InvalidEmail};
pub use email_domain::{EmailDomain, InvalidEmailDomain};
