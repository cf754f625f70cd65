//! The cookie by which a browser shows its session.

use std::fmt;

use base64ct::{Base64UrlUnpadded, Encoding};
use sha2::{Digest, Sha256};

use crate::http::gateway_cookies::SESSION_COOKIE;

/// The `Set-Cookie` header that removes the cookie.
pub const REMOVE_SESSION_COOKIE: &str = "__Host-session=; Path=/; Secure; HttpOnly; SameSite=Lax; Max-Age=0";

/// The random bytes of a value.
const RANDOM: usize = 32;

/// The bytes of its tag.
const TAG: usize = 16;

/// The characters of a value in base64url.
const LENGTH: usize = 64;

/// The value of a session's cookie: 32 random bytes and a tag of 16, by which the gateway knows its own, as 64 base64url
/// characters. `Debug` does not show it.
#[derive(Clone, PartialEq, Eq)]
pub struct SessionCookie(String);

/// The SHA-256 of the value of a session's cookie.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub struct SessionDigest([u8; 32]);

impl SessionDigest {
    /// Reads what [`Self::to_text`] gave.
    pub fn parse(text: &str) -> Option<Self> {
        Base64UrlUnpadded::decode_vec(text).ok()?.try_into().ok().map(Self)
    }

    /// The digest in base64url, as it is stored.
    pub fn to_text(self) -> String {
        Base64UrlUnpadded::encode_string(&self.0)
    }
}

/// The header has several cookies of the name. Which of them the gateway set cannot be told: a page of a neighbouring host may
/// have set a cookie without a name that reads like it.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
#[error("the request has several cookies `__Host-session`")]
pub struct SeveralSessionCookies;

impl SessionCookie {
    /// The cookie of random bytes, with their tag.
    pub fn new(random: &[u8; RANDOM], tag: &[u8; TAG]) -> Self {
        Self(Base64UrlUnpadded::encode_string(&[&random[..], tag].concat()))
    }

    /// Reads the cookie out of a `Cookie` header. A value of another form is no cookie of a session. A comma separates nothing: it
    /// may be part of a value, and a neighbouring host can set a cookie `a` of the value `x,__Host-session=y`.
    pub fn read(header: &str) -> Result<Option<Self>, SeveralSessionCookies> {
        let mut values = header.split(';').filter_map(value_of_session);
        let Some(value) = values.next() else { return Ok(None) };
        match values.next() {
            Some(_) => Err(SeveralSessionCookies),
            None => Ok(is_value(value).then(|| Self(value.to_owned()))),
        }
    }

    /// By what the session is known where it is stored.
    pub fn digest(&self) -> SessionDigest {
        SessionDigest(Sha256::digest(self.0.as_bytes()).into())
    }

    /// Whether the tag is that of the random bytes, which `is_tag` says of both.
    pub fn is_tagged(&self, is_tag: impl FnOnce(&[u8], &[u8]) -> bool) -> bool {
        let bytes = Base64UrlUnpadded::decode_vec(&self.0).unwrap_or_default();
        bytes.split_at_checked(RANDOM).is_some_and(|(random, tag)| is_tag(random, tag))
    }

    /// The value itself, for the request that shows it.
    pub fn reveal(&self) -> &str {
        &self.0
    }

    /// The `Set-Cookie` header that sets it. The browser keeps it until it is closed; how long the session lives is
    /// decided where it is stored.
    pub fn set_cookie(&self) -> String {
        ["__Host-session=", &self.0, "; Path=/; Secure; HttpOnly; SameSite=Lax"].concat()
    }
}

/// A value of the form that the gateway gives, from a question of the data plane.
impl TryFrom<&str> for SessionCookie {
    type Error = InvalidSessionCookie;

    fn try_from(text: &str) -> Result<Self, Self::Error> {
        if is_value(text) { Ok(Self(text.to_owned())) } else { Err(InvalidSessionCookie) }
    }
}

/// The text is no value of a session's cookie.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
#[error("64 characters of base64url")]
pub struct InvalidSessionCookie;

impl fmt::Debug for SessionCookie {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("SessionCookie")
    }
}

/// The value of a pair, if its name is that of the session's cookie.
fn value_of_session(pair: &str) -> Option<&str> {
    let (name, value) = pair.split_once('=')?;
    (name.trim_matches([' ', '\t']) == SESSION_COOKIE).then(|| value.trim_matches([' ', '\t']))
}

fn is_value(value: &str) -> bool {
    value.len() == LENGTH && value.bytes().all(|b| b.is_ascii_alphanumeric() || b == b'-' || b == b'_')
}

#[cfg(test)]
mod tests {
    use super::*;

    const VALUE: &str = "AQEBAQEBAQEBAQEBAQEBAQEBAQEBAQEBAQEBAQEBAQECAgICAgICAgICAgICAgIC";

    fn cookie() -> SessionCookie {
        SessionCookie::new(&[1; 32], &[2; 16])
    }

    #[test]
    fn a_cookie_is_found_among_others() {
        for header in [
            format!("__Host-session={VALUE}"),
            format!("a=1; __Host-session={VALUE}; b=x,y"),
            format!("a=__Host-session;\t __Host-session \t=\t{VALUE} ;;"),
        ] {
            assert_eq!(SessionCookie::read(&header), Ok(Some(cookie())), "{header}");
        }
    }

    #[test]
    fn another_name_or_form_is_no_session() {
        for header in [
            String::new(),
            "a=1".to_owned(),
            "__Host-session".to_owned(),
            format!("__host-session={VALUE}"),
            format!("x__Host-session={VALUE}"),
            format!("a=b=__Host-session={VALUE}"),
            format!("__Host-session=\"{VALUE}\""),
            format!("__Host-session={VALUE}A"),
            format!("__Host-session={}", VALUE.trim_end_matches('C')),
            format!("__Host-session={}+", VALUE.trim_end_matches('C')),
            format!("__Host-session={VALUE}=x"),
            format!("a=1, __Host-session={VALUE}"),
            format!("__Host-session={VALUE}, __Host-session={VALUE}"),
        ] {
            assert_eq!(SessionCookie::read(&header), Ok(None), "{header}");
        }
    }

    #[test]
    fn several_cookies_of_the_name_are_refused() {
        for header in [
            format!("__Host-session={VALUE}; __Host-session={VALUE}"),
            format!("__Host-session=; a=1; __Host-session={VALUE}"),
            format!("__Host-session={VALUE}; __Host-session=x"),
        ] {
            assert_eq!(SessionCookie::read(&header), Err(SeveralSessionCookies), "{header}");
        }
    }

    #[test]
    fn a_cookie_is_set_and_removed_with_the_same_attributes() {
        let set = cookie().set_cookie();
        assert_eq!(set, format!("{SESSION_COOKIE}={VALUE}; Path=/; Secure; HttpOnly; SameSite=Lax"));
        assert_eq!(REMOVE_SESSION_COOKIE, set.replace(VALUE, "") + "; Max-Age=0");
    }

    #[test]
    fn a_session_is_stored_by_the_digest_of_its_cookie() {
        let text = "WVvl8Co-UxoYRutpQXGSJnXSutwm-kvZ9X4JwoPz0Vo";
        assert_eq!(cookie().digest().to_text(), text);
        assert_eq!(SessionDigest::parse(text), Some(cookie().digest()));
        assert_eq!(["", "WVvl", &[text, "A"].concat()].map(SessionDigest::parse), [None; 3]);
        assert_eq!(SessionCookie::try_from(VALUE), Ok(cookie()));
        assert_eq!(SessionCookie::try_from("x"), Err(InvalidSessionCookie));
        assert!(!format!("{:?}", cookie()).contains(VALUE));
    }

    #[test]
    fn a_cookie_has_random_bytes_and_their_tag() {
        assert!(cookie().is_tagged(|random, tag| (random, tag) == (&[1; 32][..], &[2; 16][..])));
        assert!(!cookie().is_tagged(|_, _| false));
    }
}
