//! The URL of a request, split and not resolved.

/// The longest path with its query that is forwarded, in bytes: what Cloudflare takes.
const MAX_TARGET_BYTES: usize = 16 * 1024;

/// The parts of a request's URL as the runtime hands it over, nothing resolved: `scheme://authority/path?query`, or
/// `/path?query` alone (RFC 9112, section 3.2).
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Target<'r> {
    /// `http` or `https`, where the URL says so.
    pub scheme: Option<&'r str>,
    /// The host and port that the client asked for, where the URL says so.
    pub authority: Option<&'r str>,
    /// The path as sent; it may be ambiguous.
    pub path: &'r str,
    /// From the `?` on; may be empty.
    pub query: &'r str,
}

impl<'r> Target<'r> {
    /// Splits a URL. Any other text has a path that [`crate::RequestPath`] rejects.
    pub fn split(url: &'r str) -> Self {
        let (url, _fragment) = url.split_once('#').unwrap_or((url, ""));
        let parts = url.split_once(':').and_then(|(scheme, rest)| Some((scheme, rest.strip_prefix("//")?)));
        let (scheme, authority, target) = match parts {
            Some((scheme, rest)) if !scheme.contains(['/', '?', '\\']) => {
                let (authority, target) = rest.split_at(rest.find(['/', '?', '\\']).unwrap_or(rest.len()));
                (Some(scheme), Some(authority), target)
            }
            _ => (None, None, url),
        };
        let (path, query) = target.split_at(target.find('?').unwrap_or(target.len()));
        Self { scheme, authority, path, query }
    }

    /// Why a request with this target cannot be forwarded, apart from its path: it is too long, which the runtime is slow to send; it
    /// had bytes that are not UTF-8, which the runtime replaced by U+FFFD; or its scheme is neither http nor https.
    pub fn fault(&self) -> Option<&'static str> {
        let is_web = |scheme: &str| ["http", "https"].iter().any(|web| scheme.eq_ignore_ascii_case(web));
        if self.path.len() + self.query.len() > MAX_TARGET_BYTES {
            return Some("path and query are longer than 16 KiB");
        }
        if self.query.contains(char::REPLACEMENT_CHARACTER) {
            return Some("the query has bytes that are not UTF-8; percent-encode them");
        }
        self.scheme.is_some_and(|scheme| !is_web(scheme)).then_some("the scheme is neither http nor https")
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn target_is_split_without_resolving() {
        let target = Target::split("http://h:1/a/../b?x=/y?z#f");
        let (scheme, authority) = (Some("http"), Some("h:1"));
        assert_eq!(target, Target { scheme, authority, path: "/a/../b", query: "?x=/y?z" });
        assert_eq!(Target::split("http://h?x").path, "");
        assert_eq!(Target::split("http://h\\x").path, "\\x");
        let target = Target::split("/a//b?u=http://h/");
        assert_eq!(target, Target { scheme: None, authority: None, path: "/a//b", query: "?u=http://h/" });
        assert_eq!(Target::split("nothing").path, "nothing");
    }

    #[test]
    fn targets_that_cannot_be_forwarded_have_a_fault() {
        for good in ["/a?x=%ff", "/a?x=ä", "http://h/a", "HTTPS://h/a"] {
            assert_eq!(Target::split(good).fault(), None, "{good}");
        }
        let long = |bytes| format!("/a?{}", "x".repeat(bytes - 3));
        assert_eq!(Target::split(&long(MAX_TARGET_BYTES)).fault(), None);
        for bad in ["/a?x=\u{fffd}", "javascript://h/a", "://h/a", &long(MAX_TARGET_BYTES + 1)] {
            assert!(Target::split(bad).fault().is_some(), "{bad}");
        }
    }
}
