//! The issuer of a token, and where its keys are found.

use std::fmt;

use serde::Serialize;

use crate::http::strict_url::StrictUrl;

/// The exact text of an `iss` claim: an http(s) URL without user info, query and fragment, at most 400 bytes.
///
/// Two issuers are the same only if their texts are (OpenID Connect Core 1.0, section 3.1.3.7).
#[derive(Clone, Debug, PartialEq, Eq, Hash, PartialOrd, Ord, Serialize)]
pub struct Issuer(String);

impl Issuer {
    /// The text as written.
    pub fn as_str(&self) -> &str {
        &self.0
    }

    /// Where the issuer's configuration is (OpenID Connect Discovery 1.0, section 4): one trailing slash is dropped.
    pub fn discovery_url(&self) -> String {
        let base = self.0.strip_suffix('/').unwrap_or(&self.0);
        format!("{base}/.well-known/openid-configuration")
    }
}

/// The text is not an issuer.
#[derive(Debug, PartialEq, Eq, thiserror::Error)]
#[error("an http(s) URL without user info, query and fragment, at most 400 bytes")]
pub struct InvalidIssuer;

impl TryFrom<&str> for Issuer {
    type Error = InvalidIssuer;

    fn try_from(text: &str) -> Result<Self, Self::Error> {
        let url = StrictUrl::parse(text).map_err(|_| InvalidIssuer)?;
        let is_plain = !url.rest.contains(['?', '#']);
        if is_plain && text.len() <= 400 { Ok(Self(text.to_owned())) } else { Err(InvalidIssuer) }
    }
}

impl fmt::Display for Issuer {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn discovery_url_drops_one_trailing_slash() {
        let url = |text| Issuer::try_from(text).unwrap().discovery_url();
        assert_eq!(url("https://a.example/x"), "https://a.example/x/.well-known/openid-configuration");
        assert_eq!(url("https://a.example/x/"), "https://a.example/x/.well-known/openid-configuration");
        assert_eq!(url("https://a.example"), "https://a.example/.well-known/openid-configuration");
    }

    #[test]
    fn issuer_requires_an_absolute_web_url() {
        for bad in [
            "",
            "a.example",
            "ftp://a.example",
            "https:a.example",
            "HTTPS://a.example",
            "https://a.example?x",
            "https://a.example#x",
            "https://a b",
        ] {
            assert_eq!(Issuer::try_from(bad), Err(InvalidIssuer), "{bad}");
        }
    }
}
