//! A request, as far as the decision depends on it.

use crate::users::PresentedSession;

/// The parts of a request that the decision depends on.
#[derive(Clone, Copy, Debug)]
pub struct Request<'r> {
    /// The method's name.
    pub method: &'r str,
    /// The path exactly as sent, without the query.
    pub path: &'r str,
    /// The value of the `Authorization` header.
    pub authorization: Option<&'r str>,
    /// The session that it presents, where a route takes sessions.
    pub session: Option<&'r PresentedSession>,
    /// The value of the `Origin` header: the web origin that sends the request from a browser.
    pub origin: Option<&'r str>,
    /// Whether there is an `Access-Control-Request-Method` header.
    pub asks_for_method: bool,
}
