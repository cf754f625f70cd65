//! Users of the gateway: the people who sign in, their sessions, and what a browser shows of both.

mod cross_site;
mod email;
mod email_domain;
mod session_cookie;

pub use cross_site::BrowserHeaders;
pub use email::{Email, InvalidEmail};
pub use email_domain::{EmailDomain, InvalidEmailDomain};
pub use session_cookie::{
    InvalidSessionCookie, REMOVE_SESSION_COOKIE, SESSION_COOKIE, SessionCookie, SeveralSessionCookies,
};
