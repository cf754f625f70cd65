//! The session that a request presents in place of a token.

use super::cross_site::BrowserHeaders;
use super::session_cookie::{SessionCookie, SeveralSessionCookies};
use crate::http::target::Target;

/// What a request without `Authorization` presents as its session.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum PresentedSession {
    /// A cookie that the request may use.
    Cookie(SessionCookie),
    /// A cookie, but another site may have sent the request, which is not one that only reads.
    CrossSite,
    /// Several cookies.
    Several,
}

impl PresentedSession {
    /// Reads it from a request; `None` if there is none. `header` gives a header by its name in lower case, and is called for few
    /// of them: at the edge, each costs a call.
    pub fn read(method: &str, target: &Target<'_>, header: &dyn Fn(&str) -> Option<String>) -> Option<Self> {
        let cookie = match SessionCookie::read(&header("cookie")?) {
            Ok(cookie) => cookie?,
            Err(SeveralSessionCookies) => return Some(Self::Several),
        };
        let is_upgrade = header("upgrade").is_some();
        let may_act = |headers: BrowserHeaders<'_>| headers.may_act(method, is_upgrade, target);
        if may_act(BrowserHeaders::default()) {
            return Some(Self::Cookie(cookie));
        }
        let (fetch_site, origin) = (header("sec-fetch-site"), header("origin"));
        let (fetch_site, origin) = (fetch_site.as_deref(), origin.as_deref());
        let headers = BrowserHeaders { fetch_site, origin, ..BrowserHeaders::default() };
        Some(if may_act(headers) { Self::Cookie(cookie) } else { Self::CrossSite })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const COOKIE: (&str, &str) =
        ("cookie", "a=1; __Host-session=AQEBAQEBAQEBAQEBAQEBAQEBAQEBAQEBAQEBAQEBAQECAgICAgICAgICAgICAgIC");

    fn read(method: &str, headers: &[(&str, &str)]) -> Option<PresentedSession> {
        let header = |name: &str| {
            headers.iter().find(|(other, _)| *other == name).map(|(_, value)| (*value).to_owned())
        };
        PresentedSession::read(method, &Target::split("https://gateway.example.com/a"), &header)
    }

    #[test]
    fn requests_that_only_read_may_use_a_session_and_others_from_this_host() {
        let cookie = || Some(PresentedSession::Cookie(SessionCookie::new(&[1; 32], &[2; 16])));
        let from = |site| ("sec-fetch-site", site);
        assert_eq!(read("GET", &[]), None);
        assert_eq!(read("POST", &[from("cross-site")]), None);
        assert_eq!(read("GET", &[COOKIE, from("cross-site")]), cookie());
        assert_eq!(read("POST", &[COOKIE, from("same-origin")]), cookie());
        assert_eq!(read("POST", &[COOKIE, ("origin", "https://gateway.example.com")]), cookie());
        for (method, headers) in [
            ("POST", vec![COOKIE]),
            ("DELETE", vec![COOKIE, from("same-site")]),
            ("GET", vec![COOKIE, ("upgrade", "websocket"), ("origin", "https://evil.example")]),
        ] {
            assert_eq!(read(method, &headers), Some(PresentedSession::CrossSite), "{method} {headers:?}");
        }
        let several = format!("{}; {}", COOKIE.1, COOKIE.1);
        assert_eq!(read("GET", &[("cookie", &several)]), Some(PresentedSession::Several));
    }
}
