//! Where a person who opens a page is sent instead of getting a refusal, or by it.

use percent_encoding::{AsciiSet, NON_ALPHANUMERIC, utf8_percent_encode};

use super::return_path::ReturnPath;
use crate::http::target::Target;

/// What is encoded in a query: all but unreserved characters (RFC 3986, section 2.3).
const ENCODED: &AsciiSet = &NON_ALPHANUMERIC.remove(b'-').remove(b'.').remove(b'_').remove(b'~');

/// Where a person who opens a page is sent instead of getting a refusal, or by it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum LoginRedirect {
    /// To sign in: there is neither a session nor a token.
    SignIn,
    /// To the page that says who is signed in, and that their roles do not open this one.
    RoleMissing,
    /// To sign in by another account: this one does not get there.
    OtherAccount,
}

impl LoginRedirect {
    /// The path, from which the browser can return to `target`; where that cannot be, to its path alone or to `/`.
    pub fn location(self, target: &Target<'_>) -> String {
        let whole = [target.path, target.query].concat();
        let back = ReturnPath::new(&whole, None).or_else(|_| ReturnPath::new(target.path, None));
        let back = back.unwrap_or_else(|_| ReturnPath::root());
        let page = match self {
            Self::SignIn => "/auth/login?return_to=",
            Self::RoleMissing => "/auth/?refused=",
            Self::OtherAccount => "/auth/login?prompt=select_account&return_to=",
        };
        [page, &utf8_percent_encode(back.as_str(), ENCODED).to_string()].concat()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_browser_can_return_to_where_it_was_sent_away() {
        let link = |url: &str| LoginRedirect::SignIn.location(&Target::split(url));
        assert_eq!(
            link("https://h/a-b/c?x=1&y=%2F#f"),
            "/auth/login?return_to=%2Fa-b%2Fc%3Fx%3D1%26y%3D%252F"
        );
        assert_eq!(link("/%C3%A4"), "/auth/login?return_to=%2F%25C3%25A4");
        let refused = LoginRedirect::RoleMissing.location(&Target::split("/app/x?y=1"));
        assert_eq!(refused, "/auth/?refused=%2Fapp%2Fx%3Fy%3D1");
        let other = LoginRedirect::OtherAccount.location(&Target::split("/app"));
        assert_eq!(other, "/auth/login?prompt=select_account&return_to=%2Fapp");
        let long = |bytes| "x".repeat(bytes);
        for url in [&["/a?", &long(2000)].concat(), "/a?`", "/a?\r"] {
            assert_eq!(link(url), "/auth/login?return_to=%2Fa", "{url}");
        }
        for url in [&["/", &long(2000)].concat(), "//evil.example/"] {
            assert_eq!(link(url), "/auth/login?return_to=%2F", "{url}");
        }
    }
}
