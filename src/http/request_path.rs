//! The path of a request, which must be unambiguous.
//!
//! A gateway that decides on one form of a path and forwards another can be bypassed. So a path is never rewritten: one that URL
//! parsers or origins could read in two ways is refused.

use std::borrow::Cow;

use percent_encoding::percent_decode_str;

/// An unambiguous path: as sent, and percent-decoded for matching.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct RequestPath<'r> {
    raw: &'r str,
    decoded: Cow<'r, str>,
}

/// A path that could be read in two ways.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
#[error("the path could be read in more than one way: {0}")]
pub struct AmbiguousPath(&'static str);

impl AmbiguousPath {
    /// A path with a slash at its end that leads elsewhere than without it.
    pub(crate) const SLASH: Self = Self("a `/` at the end of another route's path");

    /// What is in the path that makes it ambiguous.
    pub fn reason(self) -> &'static str {
        self.0
    }
}

impl<'r> TryFrom<&'r str> for RequestPath<'r> {
    type Error = AmbiguousPath;

    fn try_from(raw: &'r str) -> Result<Self, Self::Error> {
        let has_empty_segment = raw.as_bytes().windows(2).any(|pair| pair == b"//");
        if !raw.starts_with('/') || has_empty_segment || raw.bytes().any(is_rewritten_by_parsers) {
            return Err(AmbiguousPath(rewritten_part(raw)));
        }
        let segments = || raw.split('/').skip(1);
        if !raw.contains('%') {
            // Nothing to decode.
            let has_dots = segments().any(|segment| matches!(segment, "." | ".."));
            return if has_dots { Err(DOTS) } else { Ok(Self { raw, decoded: Cow::Borrowed(raw) }) };
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
    /// The path exactly as sent.
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
        return Err(AmbiguousPath("`%` without two hexadecimal digits"));
    }
    let decoded = percent_decode_str(segment).decode_utf8();
    let decoded = decoded.map_err(|_| AmbiguousPath("an escape that is not UTF-8"))?;
    // An origin may treat the text after `;` as parameters of the segment, even if it was encoded.
    if matches!(decoded.split(';').next(), Some("." | "..")) {
        return Err(DOTS);
    }
    let stray = decoded.chars().find(|c| c.is_control() || matches!(c, '/' | '\\'));
    match stray {
        Some('/') => Err(AmbiguousPath("`%2f`")),
        Some('\\') => Err(AmbiguousPath("`%5c`")),
        Some(_) => Err(AmbiguousPath(CONTROL)),
        None if hides_an_escape(&decoded) => Err(AmbiguousPath("a doubly encoded `.`, `/`, `\\` or NUL")),
        None => Ok(decoded),
    }
}

const DOTS: AmbiguousPath = AmbiguousPath("a segment `.` or `..`");
const CONTROL: &str = "a control character";

/// What parsers rewrite in a path.
#[cold]
fn rewritten_part(raw: &str) -> &'static str {
    if !raw.starts_with('/') {
        return "no `/` at the beginning";
    }
    match raw.bytes().find(|byte| is_rewritten_by_parsers(*byte)) {
        None => "`//`",
        Some(b';') => "`;`",
        Some(b'\\') => "`\\`",
        Some(b'"') => "`\"`",
        Some(b'#') => "`#`",
        Some(b'<') => "`<`",
        Some(b'>') => "`>`",
        Some(b'?') => "`?`",
        Some(b'^') => "`^`",
        Some(b'{') => "`{`",
        Some(b'}') => "`}`",
        Some(b'`') => "a backtick",
        Some(b' ') => "a space",
        Some(0x80..) => "a character that is not ASCII",
        Some(_) => CONTROL,
    }
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

/// Whether decoding a second time, as some origins do, would yield a dot, a separator or NUL.
fn hides_an_escape(decoded: &str) -> bool {
    let lower = decoded.to_ascii_lowercase();
    ["%2e", "%2f", "%5c", "%00"].iter().any(|escape| lower.contains(escape))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn path_keeps_raw_and_decoded_forms() {
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
    fn ambiguous_paths_are_rejected_for_a_reason() {
        for (raw, reason) in [
            ("", "no `/` at the beginning"),
            ("a", "no `/` at the beginning"),
            ("//", "`//`"),
            ("/a//b", "`//`"),
            ("/.", "a segment `.` or `..`"),
            ("/..", "a segment `.` or `..`"),
            ("/a/../b", "a segment `.` or `..`"),
            ("/a/.", "a segment `.` or `..`"),
            ("/%2e", "a segment `.` or `..`"),
            ("/%2E%2e/a", "a segment `.` or `..`"),
            ("/.%2e", "a segment `.` or `..`"),
            ("/..%3b/a", "a segment `.` or `..`"),
            ("/.%3Bx", "a segment `.` or `..`"),
            ("/a;b", "`;`"),
            ("/..;/a", "`;`"),
            ("/a\\b", "`\\`"),
            ("/a%5cb", "`%5c`"),
            ("/a%5C", "`%5c`"),
            ("/a%2fb", "`%2f`"),
            ("/%2F", "`%2f`"),
            ("/%252e", "a doubly encoded `.`, `/`, `\\` or NUL"),
            ("/%252F", "a doubly encoded `.`, `/`, `\\` or NUL"),
            ("/%255c", "a doubly encoded `.`, `/`, `\\` or NUL"),
            ("/%2500", "a doubly encoded `.`, `/`, `\\` or NUL"),
            ("/%00", "a control character"),
            ("/%0a", "a control character"),
            ("/%7f", "a control character"),
            ("/%c2%85", "a control character"),
            ("/\u{0}", "a control character"),
            ("/\t", "a control character"),
            ("/ ", "a space"),
            ("/%", "`%` without two hexadecimal digits"),
            ("/%2", "`%` without two hexadecimal digits"),
            ("/%zz", "`%` without two hexadecimal digits"),
            ("/%+1", "`%` without two hexadecimal digits"),
            ("/%ff", "an escape that is not UTF-8"),
            ("/%c3", "an escape that is not UTF-8"),
            ("/ä", "a character that is not ASCII"),
            ("/a\"b", "`\"`"),
            ("/<", "`<`"),
            ("/{a}", "`{`"),
            ("/a`", "a backtick"),
            ("/a^", "`^`"),
        ] {
            assert_eq!(RequestPath::try_from(raw), Err(AmbiguousPath(reason)), "{raw}");
        }
    }

    #[test]
    fn url_parsers_do_not_change_an_accepted_path() {
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
}
