//! The link to the login.

use percent_encoding::{AsciiSet, NON_ALPHANUMERIC, utf8_percent_encode};

use super::return_path::ReturnPath;
use crate::http::target::Target;

/// What is encoded in a query: all but unreserved characters (RFC 3986, section 2.3).
const ENCODED: &AsciiSet = &NON_ALPHANUMERIC.remove(b'-').remove(b'.').remove(b'_').remove(b'~');

/// The path at which to sign in, so that the browser then returns to `target`; where a login cannot lead back there, to its path
/// alone or to `/`.
pub fn login_link(target: &Target<'_>) -> String {
    let whole = [target.path, target.query].concat();
    let back = ReturnPath::new(&whole, None).or_else(|_| ReturnPath::new(target.path, None));
    let back = back.unwrap_or_else(|_| ReturnPath::root());
    ["/auth/login?return_to=", &utf8_percent_encode(back.as_str(), ENCODED).to_string()].concat()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_login_leads_back_to_where_it_was_needed() {
        let link = |url: &str| login_link(&Target::split(url));
        assert_eq!(
            link("https://h/a-b/c?x=1&y=%2F#f"),
            "/auth/login?return_to=%2Fa-b%2Fc%3Fx%3D1%26y%3D%252F"
        );
        assert_eq!(link("/%C3%A4"), "/auth/login?return_to=%2F%25C3%25A4");
        let long = |bytes| "x".repeat(bytes);
        for url in [&["/a?", &long(2000)].concat(), "/a?`", "/a?\r"] {
            assert_eq!(link(url), "/auth/login?return_to=%2Fa", "{url}");
        }
        for url in [&["/", &long(2000)].concat(), "//evil.example/"] {
            assert_eq!(link(url), "/auth/login?return_to=%2F", "{url}");
        }
    }
}
