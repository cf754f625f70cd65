//! An origin API behind the gateway.

use std::sync::Arc;

use crate::config::assertion::AssertionSettings;
use crate::document_reader::{Node, Properties};
use crate::http::header_rules;
use crate::http::strict_url::StrictUrl;

/// Where permitted requests go.
#[derive(Clone, Debug)]
pub struct Origin {
    /// Scheme, host and port: `https://api.example`.
    pub url: OriginUrl,
    /// How long the origin may take to start its response, in milliseconds.
    pub timeout_ms: u32,
    /// The header that proves to the origin that a request comes from the gateway.
    pub secret_header: Option<SecretHeader>,
    /// The assertion of who calls that it gets on each route that has none of its own.
    pub assertion: Option<Arc<AssertionSettings>>,
}

/// The name of a header, and of the secret that is its value.
#[derive(Clone, Debug)]
pub struct SecretHeader {
    /// The header's name.
    pub name: HeaderName,
    /// The name of the secret.
    pub secret: BindingName,
}

/// The time-out of an origin without `timeoutMs`.
const DEFAULT_TIMEOUT_MS: u32 = 30_000;

impl Origin {
    /// Reads an origin of the routes document.
    #[inline(never)]
    pub fn read(node: &Node<'_>) -> Option<Self> {
        node.properties(|origin| {
            let url = origin.required("url", OriginUrl::EXPECTED).and_then(|node| node.parse());
            let timeout = origin.optional("timeoutMs").and_then(|node| node.integer(1..=600_000));
            let secret_header =
                origin.optional("secretHeader").and_then(|node| node.properties(SecretHeader::read));
            let assertion = origin.optional("assertion").and_then(|node| AssertionSettings::read(&node));
            let timeout_ms = timeout.and_then(|ms| u32::try_from(ms).ok()).unwrap_or(DEFAULT_TIMEOUT_MS);
            Some(Self { url: url?, timeout_ms, secret_header, assertion: assertion.map(Arc::new) })
        })
    }
}

impl SecretHeader {
    fn read(header: &Properties<'_, '_>) -> Option<Self> {
        let name = header.required("name", HeaderName::EXPECTED).and_then(|node| node.parse());
        let secret = header.required("secret", BindingName::EXPECTED).and_then(|node| node.parse());
        Some(Self { name: name?, secret: secret? })
    }
}

/// An http(s) URL of scheme, host and port alone: the path comes from the request.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct OriginUrl(String);

impl OriginUrl {
    const EXPECTED: &str = "an http(s) URL of scheme, host and port alone";

    /// The URL, without a slash at its end.
    pub fn as_str(&self) -> &str {
        &self.0
    }
}

impl TryFrom<&str> for OriginUrl {
    type Error = &'static str;

    fn try_from(text: &str) -> Result<Self, Self::Error> {
        let url = StrictUrl::parse(text).map_err(|_| Self::EXPECTED)?;
        if matches!(url.rest, "" | "/") { Ok(Self(url.origin())) } else { Err(Self::EXPECTED) }
    }
}

/// The name of a header that the gateway neither sets nor drops by its own rules.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct HeaderName(String);

impl HeaderName {
    const EXPECTED: &str = "the name of a header that the gateway does not use itself";

    /// The name as written.
    pub fn as_str(&self) -> &str {
        &self.0
    }
}

impl TryFrom<&str> for HeaderName {
    type Error = &'static str;

    fn try_from(text: &str) -> Result<Self, Self::Error> {
        if header_rules::is_token(text) && !header_rules::is_reserved(text) {
            Ok(Self(text.to_owned()))
        } else {
            Err(Self::EXPECTED)
        }
    }
}

/// The name of a binding that holds an origin's secret: `[A-Za-z_][A-Za-z0-9_]*`, except the gateway's own secrets.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct BindingName(String);

/// What the names of the gateway's own secrets begin with. No origin may get one of them.
const OWN_SECRETS: [&str; 3] = ["ADMIN_TOKEN", "SEALING_KEY", "EDGE_SEALING_KEY"];

impl BindingName {
    const EXPECTED: &str =
        "the name of a secret, `[A-Za-z_][A-Za-z0-9_]*`, not one of the gateway's own secrets";

    /// The name as written.
    pub fn as_str(&self) -> &str {
        &self.0
    }
}

impl TryFrom<&str> for BindingName {
    type Error = &'static str;

    fn try_from(text: &str) -> Result<Self, Self::Error> {
        let starts_well = text.starts_with(|c: char| c.is_ascii_alphabetic() || c == '_');
        let is_word = text.bytes().all(|b| b.is_ascii_alphanumeric() || b == b'_');
        if starts_well && is_word && !OWN_SECRETS.iter().any(|own| text.starts_with(own)) {
            Ok(Self(text.to_owned()))
        } else {
            Err(Self::EXPECTED)
        }
    }
}
