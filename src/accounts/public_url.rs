//! Where clients and browsers reach the gateway.

use std::fmt;

use crate::http::strict_url::StrictUrl;
use crate::issuer::Issuer;

/// The origin at which clients and browsers reach the gateway: `https://gateway.example.com`, or http on a loopback address.
/// It is the audience of the gateway's own tokens.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct PublicUrl {
    text: String,
    issuer: Issuer,
}

/// The longest one, in bytes.
const MAX_BYTES: usize = 300;

impl PublicUrl {
    /// As it was written.
    pub fn as_str(&self) -> &str {
        &self.text
    }

    /// The gateway's own issuer: `<PUBLIC_URL>/auth`.
    pub fn issuer(&self) -> &Issuer {
        &self.issuer
    }
}

impl fmt::Display for PublicUrl {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.text)
    }
}

/// The text is not such an origin.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
#[error(
    "an https URL in lower case without path, query and trailing slash, such as `https://gateway.example.com`; plain http is for `localhost`, `127.0.0.0/8` and `[::1]` only"
)]
pub struct InvalidPublicUrl;

impl TryFrom<&str> for PublicUrl {
    type Error = InvalidPublicUrl;

    fn try_from(text: &str) -> Result<Self, Self::Error> {
        let url = StrictUrl::parse(text).map_err(|_| InvalidPublicUrl)?;
        // Issuers are compared character by character: there is one spelling.
        let is_plain = url.origin() == text && text.len() <= MAX_BYTES;
        if !is_plain || !(url.is_secure || url.host.is_loopback()) {
            return Err(InvalidPublicUrl);
        }
        let issuer = Issuer::try_from(&*format!("{text}/auth")).map_err(|_| InvalidPublicUrl)?;
        Ok(Self { text: text.to_owned(), issuer })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_public_url_is_an_origin_in_its_one_spelling() {
        for good in [
            "https://gateway.example.com",
            "https://gateway.example.com:8443",
            "http://localhost:8787",
            "http://127.0.0.1:8787",
            "http://[::1]:8787",
        ] {
            let url = PublicUrl::try_from(good).unwrap();
            assert_eq!(url.to_string(), good);
            assert_eq!(url.issuer().as_str(), format!("{good}/auth"));
        }
        let long = format!("https://{}.example", "a".repeat(MAX_BYTES));
        for bad in [
            "",
            "gateway.example.com",
            "https://gateway.example.com/",
            "https://gateway.example.com/auth",
            "https://gateway.example.com?x",
            "https://gateway.example.com#x",
            "https://Gateway.example.com",
            "https://gateway.example.com:443",
            "https://user@gateway.example.com",
            "http://gateway.example.com",
            "http://localhost.example.com",
            "http://10.0.0.1",
            &long,
        ] {
            assert_eq!(PublicUrl::try_from(bad), Err(InvalidPublicUrl), "{bad}");
        }
    }
}
