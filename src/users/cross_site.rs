//! Whether a browser sent a request for a page of this host, and whether it asks for a page. A session's cookie is sent with requests
//! that other sites cause too.

use crate::http::target::Target;

/// The headers by which a browser says where a request comes from (Fetch Metadata; RFC 6454, section 7).
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct BrowserHeaders<'r> {
    /// `Sec-Fetch-Site`.
    pub fetch_site: Option<&'r str>,
    /// `Sec-Fetch-Mode`.
    pub fetch_mode: Option<&'r str>,
    /// `Origin`.
    pub origin: Option<&'r str>,
    /// `Accept`.
    pub accept: Option<&'r str>,
}

impl BrowserHeaders<'_> {
    /// Whether a request for `target` may act by a session. Other sites may cause requests that only read, but neither other methods
    /// nor upgrades to `WebSocket`: those need `Sec-Fetch-Site: same-origin` or `none`, or, from a browser without Fetch Metadata, an `Origin`
    /// that is this host.
    pub fn may_act(&self, method: &str, is_upgrade: bool, target: &Target<'_>) -> bool {
        let only_reads = matches!(method, "GET" | "HEAD" | "OPTIONS") && !is_upgrade;
        only_reads || self.is_same_origin(target)
    }

    fn is_same_origin(&self, target: &Target<'_>) -> bool {
        match (self.fetch_site, self.origin) {
            (Some(site), _) => matches!(site, "same-origin" | "none"),
            (None, Some(origin)) => is_origin_of(origin, target),
            (None, None) => false,
        }
    }

    /// Whether the request is for a page that a person opens, so that a redirect to the login makes sense: `GET` with
    /// `Sec-Fetch-Mode: navigate`, or without Fetch Metadata and `text/html` among `Accept`.
    pub fn is_navigation(&self, method: &str) -> bool {
        let accepts_html = || self.accept.is_some_and(|accept| accept.split(',').any(is_html));
        method == "GET"
            && match (self.fetch_mode, self.fetch_site) {
                (Some(mode), _) => mode == "navigate",
                (None, Some(_)) => false,
                (None, None) => accepts_html(),
            }
    }
}

/// Whether a serialized origin is that of a request's own URL. Without a scheme there, that of the origin is not compared.
fn is_origin_of(origin: &str, target: &Target<'_>) -> bool {
    let Some((scheme, host)) = origin.split_once("://") else { return false };
    let is_scheme = target.scheme.is_none_or(|own| own.eq_ignore_ascii_case(scheme));
    is_scheme && target.authority.is_some_and(|own| !own.is_empty() && own.eq_ignore_ascii_case(host))
}

/// Whether an element of `Accept` is `text/html`.
fn is_html(element: &str) -> bool {
    element.split(';').next().is_some_and(|kind| kind.trim().eq_ignore_ascii_case("text/html"))
}

#[cfg(test)]
mod tests {
    use super::*;

    const URL: &str = "https://gateway.example.com:8443/a";

    fn may_post(fetch_site: Option<&str>, origin: Option<&str>) -> bool {
        let headers = BrowserHeaders { fetch_site, origin, ..BrowserHeaders::default() };
        headers.may_act("POST", false, &Target::split(URL))
    }

    #[test]
    fn requests_that_only_read_come_from_anywhere() {
        let headers = BrowserHeaders { fetch_site: Some("cross-site"), ..BrowserHeaders::default() };
        let target = Target::split(URL);
        for method in ["GET", "HEAD", "OPTIONS"] {
            assert!(headers.may_act(method, false, &target), "{method}");
            assert!(!headers.may_act(method, true, &target), "{method} upgrade");
        }
        for method in ["POST", "PUT", "PATCH", "DELETE", "get", "PROPFIND"] {
            assert!(!headers.may_act(method, false, &target), "{method}");
        }
    }

    #[test]
    fn fetch_metadata_decides_where_it_is_there() {
        let own = Some("https://gateway.example.com:8443");
        for site in ["same-origin", "none"] {
            assert!(may_post(Some(site), None), "{site}");
            assert!(may_post(Some(site), Some("null")), "{site}");
        }
        for site in ["same-site", "cross-site", "", "same-origin, none", "Same-Origin"] {
            assert!(!may_post(Some(site), own), "{site}");
        }
    }

    #[test]
    fn without_fetch_metadata_the_origin_is_this_host() {
        for origin in ["https://gateway.example.com:8443", "https://Gateway.Example.com:8443"] {
            assert!(may_post(None, Some(origin)), "{origin}");
        }
        for origin in [
            "null",
            "",
            "gateway.example.com:8443",
            "http://gateway.example.com:8443",
            "https://gateway.example.com",
            "https://gateway.example.com:8443/",
            "https://a.gateway.example.com:8443",
            "https://gateway.example.com:8443@evil.example",
            "https://evil.example://gateway.example.com:8443",
            "https://gateway.example.com:8443, https://evil.example",
        ] {
            assert!(!may_post(None, Some(origin)), "{origin}");
        }
        assert!(!may_post(None, None));
        let headers = BrowserHeaders { origin: Some("https://"), ..BrowserHeaders::default() };
        assert!(!headers.may_act("POST", false, &Target::split("/a")));
        assert!(!headers.may_act("POST", false, &Target::split("https:///a")));
    }

    #[test]
    fn a_navigation_is_what_a_person_opens() {
        let browser =
            |fetch_mode, fetch_site, accept| BrowserHeaders { fetch_mode, fetch_site, accept, origin: None };
        let html = Some("application/xml, Text/HTML;q=0.9, */*");
        for headers in [browser(Some("navigate"), Some("cross-site"), None), browser(None, None, html)] {
            assert!(headers.is_navigation("GET"), "{headers:?}");
            assert!(!headers.is_navigation("POST"), "{headers:?}");
            assert!(!headers.is_navigation("HEAD"), "{headers:?}");
        }
        for headers in [
            browser(Some("cors"), Some("same-origin"), html),
            browser(None, Some("same-origin"), html),
            browser(None, None, Some("*/*")),
            browser(None, None, Some("text/html5, application/json")),
            browser(None, None, None),
        ] {
            assert!(!headers.is_navigation("GET"), "{headers:?}");
        }
    }
}
