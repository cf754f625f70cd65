//! HTTP URLs, parsed so strictly that no other parser finds another host in them.
//!
//! Parsers disagree on `https:\\a`, `https://0x7f.1` or a tab. So ambiguous URLs are refused, not resolved. The accepted ones are
//! valid by RFC 3986 and mean the same to every client.

use std::fmt;
use std::net::{Ipv4Addr, Ipv6Addr};

/// An http or https URL (RFC 9110, section 4.2).
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct StrictUrl<'t> {
    /// Whether it is https.
    pub is_secure: bool,
    /// Its host.
    pub host: Host<'t>,
    port: Option<u16>,
    /// The rest after host and port: path, query and fragment as written; may be empty.
    pub rest: &'t str,
}

/// The host of a URL.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Host<'t> {
    /// A name, in any case, that no parser takes for an address.
    Name(&'t str),
    /// An address of four decimal numbers.
    V4(Ipv4Addr),
    /// An address in brackets.
    V6(Ipv6Addr),
}

/// Why a text is not accepted as a URL.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
pub enum InvalidUrl {
    /// It is not one, or could be read in more than one way.
    #[error("not an http(s) URL that can be read in one way only")]
    NotAUrl,
    /// It carries a user name or password (RFC 9110, section 4.2.4).
    #[error("carries user info")]
    UserInfo,
}

impl<'t> StrictUrl<'t> {
    /// Reads a URL.
    pub fn parse(text: &'t str) -> Result<Self, InvalidUrl> {
        // Some parsers treat `\` as `/`, and drop or encode non-ASCII characters.
        if !text.bytes().all(|byte| byte.is_ascii_graphic() && byte != b'\\') {
            return Err(InvalidUrl::NotAUrl);
        }
        let (is_secure, rest) = match text.split_once("://") {
            Some(("https", rest)) => (true, rest),
            Some(("http", rest)) => (false, rest),
            _ => return Err(InvalidUrl::NotAUrl),
        };
        let (authority, rest) = rest.split_at(rest.find(['/', '?', '#']).unwrap_or(rest.len()));
        if authority.contains('@') {
            return Err(InvalidUrl::UserInfo);
        }
        let (host, port) = split_authority(authority).ok_or(InvalidUrl::NotAUrl)?;
        Ok(Self { is_secure, host, port, rest })
    }

    /// Its port; by default that of its scheme.
    pub fn port(&self) -> u16 {
        self.port.unwrap_or(self.default_port())
    }

    fn default_port(&self) -> u16 {
        if self.is_secure { 443 } else { 80 }
    }

    /// Its scheme, host and port as browsers write them (RFC 6454, section 6.2): `https://api.example`.
    pub fn origin(&self) -> String {
        let scheme = if self.is_secure { "https" } else { "http" };
        let port = self.port.filter(|port| *port != self.default_port());
        let port = port.map(|port| format!(":{port}")).unwrap_or_default();
        format!("{scheme}://{}{port}", self.host)
    }
}

impl Host<'_> {
    /// Whether it is this machine: `localhost`, or a loopback address.
    pub fn is_loopback(&self) -> bool {
        match self {
            Self::Name(name) => *name == "localhost",
            Self::V4(address) => address.is_loopback(),
            Self::V6(address) => address.is_loopback(),
        }
    }
}

impl fmt::Display for Host<'_> {
    /// Names are written in lower case.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Name(name) => f.write_str(&name.to_ascii_lowercase()),
            Self::V4(address) => write!(f, "{address}"),
            Self::V6(address) => write!(f, "[{address}]"),
        }
    }
}

fn split_authority(authority: &str) -> Option<(Host<'_>, Option<u16>)> {
    let (host, port) = if let Some(address) = authority.strip_prefix('[') {
        let (address, port) = address.split_once(']')?;
        (Host::V6(address.parse().ok()?), port)
    } else {
        let (name, port) = authority.split_at(authority.find(':').unwrap_or(authority.len()));
        (read_host(name)?, port)
    };
    match port.strip_prefix(':') {
        Some(digits) => Some((host, Some(read_port(digits)?))),
        None => port.is_empty().then_some((host, None)),
    }
}

fn read_host(text: &str) -> Option<Host<'_>> {
    if let Ok(address) = text.parse() {
        return Some(Host::V4(address));
    }
    // A trailing dot, the DNS root, is allowed.
    let mut labels = text.strip_suffix('.').unwrap_or(text).split('.');
    let is_label = |label: &str| {
        !label.is_empty() && label.bytes().all(|b| b.is_ascii_alphanumeric() || b == b'-' || b == b'_')
    };
    let is_name = labels.clone().all(is_label) && !labels.next_back().is_some_and(is_number);
    is_name.then_some(Host::Name(text))
}

/// Whether a host that ends in this label is an address to parsers (WHATWG URL, "ends in a number checker").
fn is_number(label: &str) -> bool {
    let hex = label.strip_prefix("0x").or_else(|| label.strip_prefix("0X"));
    hex.is_some_and(|hex| hex.bytes().all(|b| b.is_ascii_hexdigit()))
        || label.bytes().all(|b| b.is_ascii_digit())
}

/// A port number in canonical form: no sign, no leading zero.
fn read_port(digits: &str) -> Option<u16> {
    digits.parse().ok().filter(|port: &u16| port.to_string() == digits)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn url_is_split_into_its_parts() {
        let url = StrictUrl::parse("https://Login.Example:8443/realms/x?y").unwrap();
        assert_eq!((url.host, url.port(), url.rest), (Host::Name("Login.Example"), 8443, "/realms/x?y"));
        assert_eq!(url.origin(), "https://login.example:8443");
        for (text, origin) in [
            ("http://a.example:80", "http://a.example"),
            ("http://a.example:443", "http://a.example:443"),
            ("https://8.8.8.8/", "https://8.8.8.8"),
            ("https://[2606:4700:0::1111]:443#x", "https://[2606:4700::1111]"),
            ("http://my_api-1", "http://my_api-1"),
        ] {
            assert_eq!(StrictUrl::parse(text).unwrap().origin(), origin, "{text}");
        }
    }

    #[test]
    fn ambiguous_urls_are_rejected() {
        for odd in [
            "",
            "https",
            "https:",
            "https:a",
            "https:/a",
            "https://",
            "https:///a",
            "https://:1",
            "https://?a",
            "HTTPS://a",
            " https://a",
            "ftp://a",
            "file:///a",
            "//a",
            "/a",
            "a",
            "https://a\\b",
            "https:\\\\a",
            "https://a\t",
            "https://a b",
            "https://ä.example",
            "https://a/ä",
            "https://%61",
            "https://a..b",
            "https://.",
            "https://.a",
            "https://a..",
            "https://a!",
            "https://a:",
            "https://a:x",
            "https://a:+1",
            "https://a:01",
            "https://a:65536",
            "https://a:1:2",
            "https://0",
            "https://1.2.3",
            "https://1.2.3.4.",
            "https://1.2.3.4.5",
            "https://256.1.1.1",
            "https://01.2.3.4",
            "https://0x7f.1",
            "https://a.0X7F",
            "https://a.0x",
            "https://2130706433",
            "https://a.1",
            "https://[::1",
            "https://::1",
            "https://[::1]x",
            "https://[fe80::1%25lo]",
            "https://[1.2.3.4]",
            "https://[]",
        ] {
            assert_eq!(StrictUrl::parse(odd), Err(InvalidUrl::NotAUrl), "{odd}");
        }
        for odd in ["https://u@a", "https://u:p@a", "https://@a", "http://a:1@b/c"] {
            assert_eq!(StrictUrl::parse(odd), Err(InvalidUrl::UserInfo), "{odd}");
        }
    }

    /// Every text of a few pieces: what is taken for a URL is the same one to a parser as browsers have it.
    #[test]
    fn accepted_urls_mean_the_same_to_browsers() {
        let pieces = [
            "a", "A.b", "xn--a", "0x", "0", "1", ".", ":", ":80", "/", "\\", "@", "?", "#", "%41", "[::1]",
            "-", "_", "1.2.3.4", "ä", "\t",
        ];
        let mut read = 0;
        for scheme in ["https://", "http://", "https:/", "HTTP://"] {
            for number in 0..pieces.len().pow(4) {
                let digit = |place| pieces[number / pieces.len().pow(place) % pieces.len()];
                let text = format!("{scheme}{}{}{}{}", digit(0), digit(1), digit(2), digit(3));
                let Ok(url) = StrictUrl::parse(&text) else { continue };
                // Names that it rejects, such as `xn--a`, cannot be fetched.
                let Ok(parsed) = url::Url::parse(&text) else { continue };
                read += 1;
                assert_eq!(parsed.host_str().unwrap(), url.host.to_string(), "{text}");
                assert_eq!(parsed.port_or_known_default(), Some(url.port()), "{text}");
                assert_eq!(parsed.origin().ascii_serialization(), url.origin(), "{text}");
                assert_eq!((parsed.username(), parsed.password()), ("", None), "{text}");
            }
        }
        assert!(read > 10_000, "{read}");
    }
}
