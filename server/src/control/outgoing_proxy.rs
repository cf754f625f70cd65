//! The proxy by which a company's machines reach others: a tunnel (RFC 9110, section 9.3.6), in which TLS is end to end.

use std::fmt;
use std::net::IpAddr;

use base64ct::{Base64, Encoding};
use http::Uri;
use http::uri::Scheme;
use tokio::io::{AsyncRead, AsyncReadExt, AsyncWrite, AsyncWriteExt};

use super::credential_url::{CredentialUrl, bare};
use crate::proxy::TrustedProxies;

/// The longest head of an answer, in bytes.
const MAX_HEAD: usize = 8 * 1024;

/// A proxy for requests by `https`. Its `Debug` does not show its credentials.
#[derive(Clone)]
pub struct OutgoingProxy {
    /// Its name or address.
    pub host: String,
    /// Its port.
    pub port: u16,
    /// Whether it is reached by TLS.
    pub is_secure: bool,
    /// The value of `Proxy-Authorization`.
    credentials: Option<String>,
    exempt: Vec<Exempt>,
}

/// What is reached without a proxy.
#[derive(Clone, Debug, PartialEq, Eq)]
enum Exempt {
    All,
    /// A domain with all below it.
    Domain(String),
    Network(TrustedProxies),
}

/// A text is not the URL of a proxy. It has nothing of it, because of the password.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct InvalidProxy;

impl fmt::Display for InvalidProxy {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("expected `http://proxy.example.com:3128`, with `user:password@` before the host if it needs them")
    }
}

impl fmt::Debug for OutgoingProxy {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "OutgoingProxy({}:{})", self.host, self.port)
    }
}

impl OutgoingProxy {
    /// Reads the URL of a proxy, and what is reached without it: names with all below them, addresses, networks or `*`, separated
    /// by commas.
    pub fn parse(url: &str, no_proxy: &str) -> Result<Self, InvalidProxy> {
        let url = CredentialUrl::parse(url).filter(|url| url.query.is_none()).ok_or(InvalidProxy)?;
        let is_secure = match &*url.scheme {
            "http" => false,
            "https" => true,
            _ => return Err(InvalidProxy),
        };
        Ok(Self {
            port: url.port.unwrap_or(if is_secure { 443 } else { 80 }),
            is_secure,
            credentials: url.credentials.map(|(user, password)| basic(&user, &password)),
            host: url.host,
            exempt: entries(no_proxy).filter_map(Exempt::read).collect(),
        })
    }

    /// The entries of what is reached without a proxy that match no host.
    pub fn useless(no_proxy: &str) -> Vec<&str> {
        entries(no_proxy).filter(|text| Exempt::read(text).is_none()).collect()
    }

    /// Whether requests to the host of a URL go by it: what is on this machine or exempt, and what has no TLS, does not.
    pub fn serves(&self, uri: &Uri) -> bool {
        let host = uri.host().map(|host| bare(host).to_ascii_lowercase()).unwrap_or_default();
        let address = host.parse::<IpAddr>().ok();
        let is_here = host == "localhost" || address.is_some_and(|address| address.is_loopback());
        let is_exempt = self.exempt.iter().any(|exempt| exempt.has(&host, address));
        uri.scheme() == Some(&Scheme::HTTPS) && !is_here && !is_exempt
    }

    /// Has the proxy on a connection connect to a host, which is on the connection then.
    pub async fn tunnel(
        &self,
        stream: &mut (impl AsyncRead + AsyncWrite + Unpin),
        target: &str,
    ) -> Option<()> {
        let credentials = self.credentials.iter().map(|it| format!("Proxy-Authorization: {it}\r\n"));
        let credentials: String = credentials.collect();
        let request = format!("CONNECT {target} HTTP/1.1\r\nHost: {target}\r\n{credentials}\r\n");
        stream.write_all(request.as_bytes()).await.ok()?;
        stream.flush().await.ok()?;
        let mut head = Vec::new();
        // A byte at a time: what follows the head is no longer the proxy's.
        while !head.ends_with(b"\r\n\r\n") {
            head.push(stream.read_u8().await.ok()?);
            if head.len() > MAX_HEAD {
                return None;
            }
        }
        let is_success = head.starts_with(b"HTTP/1.") && head.get(8..10) == Some(b" 2");
        is_success.then_some(())
    }
}

fn entries(no_proxy: &str) -> impl Iterator<Item = &str> {
    no_proxy.split(',').map(str::trim).filter(|text| !text.is_empty())
}

impl Exempt {
    /// Reads an entry; `None` if it matches no host.
    fn read(text: &str) -> Option<Self> {
        if text == "*" {
            return Some(Self::All);
        }
        if let Ok(network) = TrustedProxies::parse(bare(text)) {
            return Some(Self::Network(network));
        }
        let domain = text.trim_start_matches("*.").trim_start_matches('.').to_ascii_lowercase();
        let is_name = domain.bytes().all(|byte| byte.is_ascii_alphanumeric() || b"-._".contains(&byte));
        // What ends in a number is an address in URLs, and this one is not (WHATWG URL, section 3.5).
        let last = domain.trim_end_matches('.').rsplit('.').next().unwrap_or_default();
        let is_address = last.bytes().all(|byte| byte.is_ascii_digit());
        (is_name && !is_address).then_some(Self::Domain(domain))
    }

    fn has(&self, host: &str, address: Option<IpAddr>) -> bool {
        match self {
            Self::All => true,
            Self::Domain(domain) => {
                host.strip_suffix(&**domain).is_some_and(|rest| rest.is_empty() || rest.ends_with('.'))
            }
            Self::Network(network) => address.is_some_and(|address| network.contains(address)),
        }
    }
}

/// The value of `Proxy-Authorization` (RFC 7617).
fn basic(user: &str, password: &str) -> String {
    format!("Basic {}", Base64::encode_string(format!("{user}:{password}").as_bytes()))
}

#[cfg(test)]
mod tests {
    use super::*;
    use tokio::io::duplex;
    use tokio::runtime::Builder;

    fn proxy(no_proxy: &str) -> OutgoingProxy {
        OutgoingProxy::parse("http://us%40er:p%3Aw@proxy.example.com:3128", no_proxy).unwrap()
    }

    #[test]
    fn what_is_exempt_is_reached_without_it() {
        let serves = |no_proxy: &str, url: &str| proxy(no_proxy).serves(&url.parse().unwrap());
        assert!(serves("", "https://idp.example.com/"));
        for (no_proxy, url) in [
            ("*", "https://idp.example.com/"),
            ("a.example, example.com", "https://idp.EXAMPLE.com/"),
            (".example.com", "https://example.com:8443/"),
            ("10.0.0.0/8", "https://10.1.2.3/"),
            ("fd00::/8", "https://[fd00::1]/"),
            ("[fd00::1]", "https://[fd00::1]/"),
            ("", "https://localhost/"),
            ("", "https://[::1]/"),
            ("", "http://idp.example.com/"),
        ] {
            assert!(!serves(no_proxy, url), "{no_proxy:?}: {url}");
        }
        for (no_proxy, url) in
            [("example.com", "https://badexample.com/"), ("10.0.0.0/8", "https://11.0.0.1/")]
        {
            assert!(serves(no_proxy, url), "{no_proxy:?}: {url}");
        }
    }

    #[test]
    fn entries_that_match_no_host_are_found() {
        let good =
            "*, localhost, ::1, [::1], 10.0.0.0/8, .svc, *.a-b.example, under_score.example, 3com.example";
        assert_eq!(OutgoingProxy::useless(good), [""; 0]);
        let bad = [
            "10.0.0.0/99",
            "10.0.0.0/",
            "10.0.0",
            "10.0.0.256",
            "192.168.",
            "10.*",
            "a.*.example",
            "a.example:8443",
            "https://a.example",
            "a.example/path",
            "a b",
            "bücher.example",
            "*.",
            ".",
            "[::1]:443",
        ];
        assert_eq!(OutgoingProxy::useless(&bad.join(", ")), bad);
    }

    #[test]
    fn what_is_no_proxy_is_said_without_the_password() {
        for url in [
            "",
            "proxy:3128",
            "ftp://u:geheim@proxy",
            "http://u:%ff@proxy",
            "http://",
            "http://u:ge/heim@proxy",
        ] {
            assert!(OutgoingProxy::parse(url, "").is_err(), "{url}");
        }
        assert!(!format!("{:?}", proxy("")).contains("p:w"));
    }

    /// What a proxy is sent, and whether there is a tunnel after its answer.
    fn tunnel(answer: &'static str) -> (String, bool, String) {
        Builder::new_current_thread().build().unwrap().block_on(async {
            let (mut near, mut far) = duplex(64 * 1024);
            far.write_all(answer.as_bytes()).await.unwrap();
            let is_open = proxy("").tunnel(&mut near, "idp.example.com:443").await.is_some();
            near.shutdown().await.unwrap();
            let (mut sent, mut rest) = (String::new(), String::new());
            far.read_to_string(&mut sent).await.unwrap();
            drop(far);
            near.read_to_string(&mut rest).await.unwrap();
            (sent, is_open, rest)
        })
    }

    #[test]
    fn a_tunnel_begins_after_the_head_of_an_answer_of_success() {
        let (sent, is_open, rest) = tunnel("HTTP/1.1 200 OK\r\nVia: x\r\n\r\nfrom the host");
        assert_eq!(
            sent,
            "CONNECT idp.example.com:443 HTTP/1.1\r\nHost: idp.example.com:443\r\n\
             Proxy-Authorization: Basic dXNAZXI6cDp3\r\n\r\n"
        );
        assert_eq!((is_open, &*rest), (true, "from the host"));
        for refused in ["HTTP/1.1 407 No\r\n\r\n", "HTTP/1.1 302 Found\r\n\r\n", "SSH-2.0\r\n\r\n"] {
            assert!(!tunnel(refused).1, "{refused}");
        }
    }
}
