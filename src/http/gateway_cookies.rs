//! The cookies of the gateway itself. No origin gets them, and none can set them.
//!
//! At the edge JavaScript applies these rules; `tests/forwarding.json` holds both to the same results.

use std::borrow::Cow;

/// The name of the cookie of a session. Browsers accept the prefix only with `Secure`, with `Path=/` and from this very host
/// (RFC 6265bis, section 4.1.3.2).
pub const SESSION_COOKIE: &str = "__Host-session";

/// The name of the cookie that binds a login to the browser that began it.
pub const LOGIN_COOKIE: &str = "__Host-login";

const BLANKS: [char; 2] = [' ', '\t'];

/// What stands between two cookies; several headers may have been joined by commas.
const SEPARATORS: [char; 2] = [';', ','];

/// A `Cookie` header without the gateway's cookies; the others are as they were. May be empty.
pub fn without_own(header: &str) -> Cow<'_, str> {
    if !header.split(SEPARATORS).any(is_own) {
        return Cow::Borrowed(header);
    }
    let parts = header.split_inclusive(SEPARATORS);
    let kept: String = parts.filter(|part| !is_own(part.trim_end_matches(SEPARATORS))).collect();
    let is_between = |c| BLANKS.contains(&c) || SEPARATORS.contains(&c);
    Cow::Owned(kept.trim_matches(is_between).to_owned())
}

/// Whether a `Set-Cookie` header sets one of the gateway's cookies: by its name, or without a name by a value that reads like it,
/// which browsers send back as it is.
pub fn sets_own(header: &str) -> bool {
    let pair = header.split(';').next().unwrap_or_default();
    is_own(pair.trim_start_matches(BLANKS).trim_start_matches('='))
}

fn is_own(pair: &str) -> bool {
    let name = pair.split_once('=').map(|(name, _)| name.trim_matches(BLANKS));
    name.is_some_and(|name| [SESSION_COOKIE, LOGIN_COOKIE].contains(&name))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_other_cookies_stay_as_they_were() {
        for (header, kept) in [
            ("a=1; b=x,y", "a=1; b=x,y"),
            ("__Host-session=x", ""),
            ("__Host-session=x;\t__Host-login=y", ""),
            ("__Host-session=x; a=1;b=\"x, y\"", "a=1;b=\"x, y\""),
            ("a=1; __Host-session=x; b=2", "a=1; b=2"),
            ("a=1;  __Host-login =x", "a=1"),
            ("a=1, __Host-session=x; __Host-session=; b=2,3", "a=1, b=2,3"),
            ("__Host-session=\"x; b=2", "b=2"),
            ("a=__Host-session=x", "a=__Host-session=x"),
            ("__Host-session", "__Host-session"),
            ("__Host-sessions=x; __host-session=y", "__Host-sessions=x; __host-session=y"),
        ] {
            assert_eq!(without_own(header), kept, "{header}");
        }
    }

    #[test]
    fn an_origin_cannot_set_them() {
        for header in [
            "__Host-session=x; Path=/; Secure",
            " __Host-login = x",
            "__Host-session=; Max-Age=0",
            "=__Host-session=x",
            " ==__Host-session=x",
        ] {
            assert!(sets_own(header), "{header}");
        }
        for header in
            ["a=1; __Host-session=x", "a=__Host-session=x", "__Host-session", "__Host-sessions=x", ""]
        {
            assert!(!sets_own(header), "{header}");
        }
    }
}
