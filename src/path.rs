//! The path of a request: one meaning, or none.
//!
//! A gateway that decides on one form of a path and forwards another is bypassed by the difference. So a path is never
//! rewritten: what a URL parser or an origin could read in two ways is refused, and what is left means the same to all.

use std::borrow::Cow;

use percent_encoding::percent_decode_str;

/// An unambiguous path: as it was sent, and percent-decoded for matching.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct RequestPath<'r> {
    raw: &'r str,
    decoded: Cow<'r, str>,
}

/// A path, or a whole request target, that could be read in two ways.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
#[error("the path could be read in more than one way")]
pub struct AmbiguousPath;

impl<'r> TryFrom<&'r str> for RequestPath<'r> {
    type Error = AmbiguousPath;

    fn try_from(raw: &'r str) -> Result<Self, Self::Error> {
        let has_empty_segment = raw.as_bytes().windows(2).any(|pair| pair == b"//");
        if !raw.starts_with('/') || has_empty_segment || raw.bytes().any(is_rewritten_by_parsers) {
            return Err(AmbiguousPath);
        }
        let segments = || raw.split('/').skip(1);
        if !raw.contains('%') {
            // It says what it says.
            let has_dots = segments().any(|segment| matches!(segment, "." | ".."));
            return if has_dots { Err(AmbiguousPath) } else { Ok(Self { raw, decoded: Cow::Borrowed(raw) }) };
        }
        let mut decoded = String::with_capacity(raw.len());
        for segment in segments() {
            decoded.push('/');
            decoded.push_str(&decode_segment(segment)?);
        }
        Ok(Self { raw, decoded: Cow::Owned(decoded) })
    }
}

impl<'r> RequestPath<'r> {
    /// The path exactly as it was sent.
    pub fn raw(&self) -> &'r str {
        self.raw
    }

    /// The path with its percent-escapes resolved; each `/` of it separates segments.
    pub fn decoded(&self) -> &str {
        &self.decoded
    }
}

fn decode_segment(segment: &str) -> Result<Cow<'_, str>, AmbiguousPath> {
    if !escapes_are_whole(segment) {
        return Err(AmbiguousPath);
    }
    let decoded = percent_decode_str(segment).decode_utf8().map_err(|_| AmbiguousPath)?;
    // An origin may take what follows a `;` for parameters of the segment even where it was encoded.
    let is_dot = matches!(decoded.split(';').next(), Some("." | ".."));
    let has_stray = decoded.contains(|c: char| c.is_control() || matches!(c, '/' | '\\'));
    if is_dot || has_stray || hides_an_escape(&decoded) {
        return Err(AmbiguousPath);
    }
    Ok(decoded)
}

/// Characters that a URL parser encodes, strips or takes for something else (WHATWG URL, path percent-encode set), and
/// `;`, by which some origins cut a segment.
fn is_rewritten_by_parsers(byte: u8) -> bool {
    !byte.is_ascii_graphic()
        || matches!(byte, b'"' | b'#' | b'<' | b'>' | b'?' | b'^' | b'`' | b'{' | b'}' | b'\\' | b';')
}

/// Whether every `%` begins an escape.
fn escapes_are_whole(segment: &str) -> bool {
    let is_hex = |hex: &str| hex.bytes().all(|b| b.is_ascii_hexdigit());
    segment.split('%').skip(1).all(|rest| rest.get(..2).is_some_and(is_hex))
}

/// Whether decoding a second time, as some origins do, would give what must not be there.
fn hides_an_escape(decoded: &str) -> bool {
    let lower = decoded.to_ascii_lowercase();
    ["%2e", "%2f", "%5c", "%00"].iter().any(|escape| lower.contains(escape))
}

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
    /// Splits a URL. What is no URL has a path that nothing accepts.
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

    /// Why a request with this target cannot be forwarded, whatever its path: the runtime takes long to send one that is
    /// too long; it has put U+FFFD in the place of bytes that are not UTF-8, so what the client sent is lost; or the scheme
    /// is none of a gateway's.
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
    fn is_matched_decoded_and_kept_raw() {
        for (raw, decoded) in [
            ("/", "/"),
            ("/a/b", "/a/b"),
            ("/a/", "/a/"),
            ("/%61dmin", "/admin"),
            ("/a%20b/%C3%A4", "/a b/ä"),
            ("/a%3Bb", "/a;b"),
            ("/a%25b", "/a%b"),
            ("/...", "/..."),
            ("/a:b@c!$&'()*+,=~_-.|[]", "/a:b@c!$&'()*+,=~_-.|[]"),
        ] {
            let path = RequestPath::try_from(raw).unwrap();
            assert_eq!((path.raw(), path.decoded()), (raw, decoded));
        }
    }

    #[test]
    fn what_has_two_meanings_is_refused() {
        for raw in [
            "",
            "a",
            "//",
            "/a//b",
            "/.",
            "/..",
            "/a/../b",
            "/a/.",
            "/%2e",
            "/%2E%2e/a",
            "/.%2e",
            "/..%3b/a",
            "/.%3Bx",
            "/a;b",
            "/..;/a",
            "/a\\b",
            "/a%5cb",
            "/a%5C",
            "/a%2fb",
            "/%2F",
            "/%252e",
            "/%252F",
            "/%255c",
            "/%2500",
            "/%00",
            "/%0a",
            "/%7f",
            "/%c2%85",
            "/\u{0}",
            "/\t",
            "/ ",
            "/%",
            "/%2",
            "/%zz",
            "/%+1",
            "/%ff",
            "/%c3",
            "/ä",
            "/a\"b",
            "/<",
            "/{a}",
            "/a`",
            "/a^",
        ] {
            assert_eq!(RequestPath::try_from(raw), Err(AmbiguousPath), "{raw}");
        }
    }

    #[test]
    fn resolving_an_accepted_path_changes_nothing() {
        for byte in 0..=255_u8 {
            for raw in
                [format!("/a/{}b", char::from(byte)), format!("/a/%{byte:02X}b"), format!("/%{byte:02x}")]
            {
                let Ok(path) = RequestPath::try_from(&*raw) else { continue };
                let resolved = url::Url::parse(&format!("http://h{}", path.raw())).unwrap();
                assert_eq!(resolved.path(), raw);
            }
        }
    }

    #[test]
    fn a_target_is_split_and_not_resolved() {
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
    fn a_target_that_is_too_long_or_has_lost_bytes_or_another_scheme_is_not_forwarded() {
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
