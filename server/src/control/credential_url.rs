//! The URL of a server, with the credentials for it.

use std::net::IpAddr;

use http::Uri;
use percent_encoding::percent_decode_str;

/// The parts of such a URL. It has no `Debug`, because of the password.
pub struct CredentialUrl {
    /// In lower case.
    pub scheme: String,
    /// A name or an address, without the brackets of an IPv6 address.
    pub host: String,
    /// The port, if the URL has one.
    pub port: Option<u16>,
    /// User and password, decoded.
    pub credentials: Option<(String, String)>,
    /// What follows `?`.
    pub query: Option<String>,
}

impl CredentialUrl {
    /// Reads a URL without a path. A `/` or `#` in a password that is not percent-encoded is not taken for the end of the host.
    pub fn parse(text: &str) -> Option<Self> {
        // The parser drops what follows it.
        if text.contains('#') {
            return None;
        }
        let uri: Uri = text.parse().ok()?;
        let authority = uri.authority()?.as_str();
        let (credentials, address) =
            authority.rsplit_once('@').map_or((None, authority), |(before, after)| (Some(before), after));
        let host = uri.host().filter(|host| !host.is_empty())?;
        let port = match address.strip_prefix(host)? {
            "" => None,
            port => Some(port.strip_prefix(':')?.parse().ok()?),
        };
        (uri.path() == "/" || uri.path().is_empty()).then_some(())?;
        Some(Self {
            scheme: uri.scheme_str()?.to_ascii_lowercase(),
            host: bare(host).to_owned(),
            port,
            credentials: match credentials {
                Some(credentials) => Some(decoded(credentials)?),
                None => None,
            },
            query: uri.query().map(str::to_owned),
        })
    }

    /// Whether it is on this machine: what is sent there crosses no network.
    pub fn is_here(&self) -> bool {
        self.host.eq_ignore_ascii_case("localhost")
            || self.host.parse::<IpAddr>().is_ok_and(|address| address.to_canonical().is_loopback())
    }
}

/// User and password of `user:password`.
fn decoded(text: &str) -> Option<(String, String)> {
    let part = |text| Some(percent_decode_str(text).decode_utf8().ok()?.into_owned());
    let (user, password) = text.split_once(':').unwrap_or((text, ""));
    Some((part(user)?, part(password)?))
}

/// The host without the brackets of an IPv6 address.
pub fn bare(host: &str) -> &str {
    host.trim_start_matches('[').trim_end_matches(']')
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_url_has_host_port_credentials_and_query() {
        for (text, host, port, credentials, query) in [
            ("smtps://mail.example.com", "mail.example.com", None, None, None),
            ("SMTP://[::1]:2525/?tls=required", "::1", Some(2525), None, Some("tls=required")),
            ("http://us%40er:p%3Aw@h:1", "h", Some(1), Some(("us@er", "p:w")), None),
            ("http://user@h", "h", None, Some(("user", "")), None),
        ] {
            let url = CredentialUrl::parse(text).unwrap();
            let expected = credentials.map(|(user, password): (&str, &str)| (user.into(), password.into()));
            assert_eq!((&*url.host, url.port, url.credentials), (host, port, expected), "{text}");
            assert_eq!((url.query.as_deref(), &*url.scheme), (query, &*url.scheme.to_lowercase()), "{text}");
        }
    }

    #[test]
    fn what_is_not_encoded_is_not_taken_for_a_host() {
        for text in [
            "",
            "h:25",
            "smtp://",
            "smtp://user:12#34@h",
            "smtp://user:12/34@h",
            "smtp://u:%ff@h",
            "smtp://h:",
            "smtp://h:99999",
            "smtp://h/path",
            "smtp://h\r\n",
            "smtp://h ",
        ] {
            assert!(CredentialUrl::parse(text).is_none(), "{text:?}");
        }
    }
}
