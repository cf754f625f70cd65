//! A request, as far as the decision depends on it.

/// The parts of a request that decide.
#[derive(Clone, Copy, Debug)]
pub struct Request<'r> {
    /// The method's name.
    pub method: &'r str,
    /// The path exactly as sent, without the query.
    pub path: &'r str,
    /// The value of the `Authorization` header.
    pub authorization: Option<&'r str>,
    /// The value of the `Origin` header: the page in a browser that sends the request.
    pub origin: Option<&'r str>,
    /// Whether there is an `Access-Control-Request-Method` header.
    pub asks_for_method: bool,
}
