//! Where mails are handed over.

use crate::http::strict_url::StrictUrl;

/// The URL of a server that sends mails: https, or http on a loopback address. It may hold a secret, so it has no `Debug`.
#[derive(Clone, PartialEq, Eq)]
pub struct MailHookUrl(String);

/// The longest one, in bytes.
const MAX_BYTES: usize = 2000;

/// The text is not such a URL.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
#[error(
    "an https URL without user info and fragment; plain http is for `localhost`, `127.0.0.0/8` and `[::1]` only"
)]
pub struct InvalidMailHookUrl;

impl MailHookUrl {
    /// As it was written.
    pub fn as_str(&self) -> &str {
        &self.0
    }
}

impl TryFrom<&str> for MailHookUrl {
    type Error = InvalidMailHookUrl;

    fn try_from(text: &str) -> Result<Self, Self::Error> {
        let url = StrictUrl::parse(text).map_err(|_| InvalidMailHookUrl)?;
        let is_allowed = url.is_secure || url.host.is_loopback();
        if !is_allowed || url.rest.contains('#') || text.len() > MAX_BYTES {
            return Err(InvalidMailHookUrl);
        }
        Ok(Self(text.to_owned()))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn plain_http_is_for_this_machine_only() {
        for text in [
            "https://mail.example.com/hook?key=1",
            "https://mail.example.com",
            "http://127.0.0.1:9025/hook",
            "http://localhost:9025",
            "http://[::1]/",
        ] {
            assert_eq!(MailHookUrl::try_from(text).unwrap().as_str(), text);
        }
        for text in [
            "",
            "mail.example.com",
            "http://mail.example.com/hook",
            "http://10.0.0.1/hook",
            "http://localhost.evil.example/",
            "http://127.0.0.1@evil.example/",
            "https://user:password@mail.example.com/",
            "https://mail.example.com/#fragment",
            "https:\\\\mail.example.com",
            "ftp://mail.example.com/",
        ] {
            assert!(MailHookUrl::try_from(text).is_err(), "{text}");
        }
    }
}
