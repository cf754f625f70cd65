//! An endpoint of the OpenID Provider.

use std::fmt::{self, Write};

use percent_encoding::{AsciiSet, NON_ALPHANUMERIC, utf8_percent_encode};
use serde::{Deserialize, Serialize};

use crate::document_reader::Node;
use crate::http::egress::{self, InsecureHosts};

/// The URL of an endpoint that the egress rules allow: without fragment (RFC 6749, section 3.1), at most 2048 bytes.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct ProviderEndpoint(String);

/// The longest one, in bytes.
const MAX_BYTES: usize = 2048;

/// What forms leave as it is (RFC 3986, section 2.3).
const ENCODED: &AsciiSet = &NON_ALPHANUMERIC.remove(b'-').remove(b'.').remove(b'_').remove(b'~');

impl ProviderEndpoint {
    /// Reads a property of the provider's configuration.
    pub(super) fn read(node: &Node<'_>, insecure: &InsecureHosts) -> Option<Self> {
        let text = node.text()?;
        if text.len() > MAX_BYTES || text.contains('#') {
            node.fault(format_args!("a URL without fragment, at most {MAX_BYTES} bytes"));
            return None;
        }
        if let Err(forbidden) = egress::check(text, insecure) {
            node.fault(format_args!(
                "a URL that the gateway may send requests to; this one is refused: {forbidden}"
            ));
            return None;
        }
        Some(Self(text.to_owned()))
    }

    /// The URL as the provider wrote it.
    pub fn as_str(&self) -> &str {
        &self.0
    }

    /// The URL with parameters added to its query (RFC 6749, section 3.1).
    pub(super) fn with_parameters(&self, parameters: &[(&str, &str)]) -> String {
        let separator = match self.0.split_once('?') {
            None => "?",
            Some((_, query)) if query.is_empty() || query.ends_with('&') => "",
            Some(_) => "&",
        };
        [&*self.0, separator, &form(parameters)].concat()
    }
}

impl fmt::Display for ProviderEndpoint {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}

/// Parameters in `application/x-www-form-urlencoded`. A space is `%20`, which all decoders know.
pub(super) fn form(parameters: &[(&str, &str)]) -> String {
    let mut text = String::new();
    for (name, value) in parameters {
        let separator = if text.is_empty() { "" } else { "&" };
        let _infallible = write!(text, "{separator}{name}={}", encoded(value));
    }
    text
}

/// A value as forms have it.
pub(super) fn encoded(value: &str) -> impl fmt::Display + '_ {
    utf8_percent_encode(value, ENCODED)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn parameters_are_added_to_a_query() {
        let parameters = [("a", "1 +&=#/\u{e4}"), ("b", "-._~")];
        let added = "a=1%20%2B%26%3D%23%2F%C3%A4&b=-._~";
        for (url, expected) in [
            ("https://op.example/auth", format!("https://op.example/auth?{added}")),
            ("https://op.example/auth?", format!("https://op.example/auth?{added}")),
            ("https://op.example/auth?p=x", format!("https://op.example/auth?p=x&{added}")),
            ("https://op.example/auth?p=x&", format!("https://op.example/auth?p=x&{added}")),
        ] {
            assert_eq!(ProviderEndpoint(url.to_owned()).with_parameters(&parameters), expected);
        }
    }
}
