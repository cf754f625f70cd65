//! The mail server that `SMTP_URL` names.

use std::fmt;

use lettre::transport::smtp::authentication::Credentials;
use rustls::pki_types::ServerName;

use super::super::credential_url::CredentialUrl;

/// A mail server. Its `Debug` does not show its credentials.
#[derive(Debug)]
pub struct SmtpServer {
    /// Its name or address.
    pub host: String,
    /// Its port.
    pub port: u16,
    /// How connections to it are secured.
    pub security: Security,
    /// The credentials for it, if it asks for some.
    pub credentials: Option<Credentials>,
}

/// How connections to a mail server are secured.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Security {
    /// By TLS from the beginning (RFC 8314, section 3).
    Tls,
    /// By TLS after `STARTTLS` (RFC 3207); a server that does not offer it gets nothing.
    StartTls,
    /// Not at all: it is on this machine.
    None,
}

/// Why a text names no mail server. It has nothing of the text, because of the password.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum InvalidServer {
    /// It is no such URL.
    Url,
    /// The connection would be readable for others.
    NotSecured,
}

impl fmt::Display for InvalidServer {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::Url => {
                "expected `smtps://user:password@mail.example.com:465`, or with STARTTLS `smtp://user:password@mail.example.com:587?tls=required`; other characters than letters, digits and `-._~` in user and password are percent-encoded"
            }
            Self::NotSecured => {
                "without TLS only a server on this machine is used; write `smtps://` for TLS, or append `?tls=required` for STARTTLS"
            }
        })
    }
}

impl SmtpServer {
    /// Reads a URL such as `smtps://user:password@mail.example.com:465`.
    pub fn parse(text: &str) -> Result<Self, InvalidServer> {
        let url = CredentialUrl::parse(text).ok_or(InvalidServer::Url)?;
        let (security, port) = match (&*url.scheme, url.query.as_deref()) {
            ("smtps", None) => (Security::Tls, 465),
            ("smtp", Some("tls=required")) => (Security::StartTls, 587),
            ("smtp", None) if url.is_here() => (Security::None, 25),
            ("smtp", None) => return Err(InvalidServer::NotSecured),
            _ => return Err(InvalidServer::Url),
        };
        // A host that no certificate can name would be found out by the first mail.
        ServerName::try_from(&*url.host).map_err(|_| InvalidServer::Url)?;
        Ok(Self {
            port: url.port.unwrap_or(port),
            security,
            credentials: url.credentials.map(Credentials::from),
            host: url.host,
        })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_url_says_how_connections_are_secured() {
        for (text, port, security) in [
            ("smtps://u:p@mail.example.com", 465, Security::Tls),
            ("smtps://10.0.0.1:1465", 1465, Security::Tls),
            ("smtp://u:p@mail.example.com?tls=required", 587, Security::StartTls),
            ("smtp://localhost:25?tls=required", 25, Security::StartTls),
            ("smtp://localhost", 25, Security::None),
            ("smtp://u:p@[::1]:2525", 2525, Security::None),
        ] {
            let server = SmtpServer::parse(text).unwrap();
            assert_eq!((server.port, server.security), (port, security), "{text}");
        }
    }

    #[test]
    fn nothing_is_sent_readably_over_a_network() {
        for (text, expected) in [
            ("smtp://u:geheim@mail.example.com:587", InvalidServer::NotSecured),
            ("smtp://localhost.example.com", InvalidServer::NotSecured),
            ("smtp://10.0.0.1", InvalidServer::NotSecured),
            ("smtp://mail.example.com?tls=opportunistic", InvalidServer::Url),
            ("smtps://mail.example.com?tls=none", InvalidServer::Url),
            ("https://mail.example.com", InvalidServer::Url),
            ("mail.example.com", InvalidServer::Url),
            ("smtps://u:ge/heim@mail.example.com", InvalidServer::Url),
            ("smtps://u:12?heim@mail.example.com", InvalidServer::Url),
            ("smtps://mail..example.com", InvalidServer::Url),
            ("smtp://-?tls=required", InvalidServer::Url),
        ] {
            assert_eq!(SmtpServer::parse(text).err(), Some(expected), "{text}");
        }
    }

    #[test]
    fn credentials_are_not_shown() {
        let server = SmtpServer::parse("smtps://user%40x:ge%2Fheim@mail.example.com").unwrap();
        assert_eq!(server.credentials, Some(Credentials::from(("user@x", "ge/heim"))));
        let shown = format!("{server:?}");
        assert!(!shown.contains("heim") && !shown.contains("user"), "{shown}");
    }
}
