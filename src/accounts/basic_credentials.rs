//! The credentials of a client in `Authorization: Basic` (RFC 6749, section 2.3.1).

use base64ct::{Base64, Encoding};

use crate::accounts::form;
use crate::token::bearer_credentials::split_scheme;

/// A client id and a secret, as a client sent them. It has no `Debug`, because it holds a secret.
pub struct BasicCredentials {
    /// The client id.
    pub client_id: String,
    /// The secret.
    pub secret: String,
}

/// Why a header has no credentials of a client.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum MalformedBasic {
    /// Several values, which arrive joined by commas.
    Several,
    /// Another scheme, such as `Bearer`.
    Scheme,
    /// What follows the scheme is not base64 of `<client id>:<secret>`.
    Encoding,
    /// The client id or the secret is not form-encoded.
    Form,
}

impl MalformedBasic {
    /// What is wrong, for the client's author.
    pub const fn reason(self) -> &'static str {
        match self {
            Self::Several => "several values in `Authorization`; send one",
            Self::Scheme => "`Authorization` has an unsupported scheme; use Basic",
            Self::Encoding => "the Basic credentials are not base64 of `<client id>:<secret>`",
            Self::Form => {
                "client id and secret must be form-encoded in Basic credentials (RFC 6749, section 2.3.1)"
            }
        }
    }
}

impl BasicCredentials {
    /// Reads the header's value. Both parts are form-encoded, so the first colon ends the client id.
    pub fn parse(header: &str) -> Result<Self, MalformedBasic> {
        if header.contains(',') {
            return Err(MalformedBasic::Several);
        }
        let (scheme, encoded) = split_scheme(header);
        if !scheme.eq_ignore_ascii_case("basic") {
            return Err(MalformedBasic::Scheme);
        }
        let bytes = Base64::decode_vec(encoded).map_err(|_| MalformedBasic::Encoding)?;
        let text = str::from_utf8(&bytes).map_err(|_| MalformedBasic::Encoding)?;
        let (client_id, secret) = text.split_once(':').ok_or(MalformedBasic::Encoding)?;
        let [client_id, secret] =
            [client_id, secret].map(|part| form::decode(part).map_err(|_| MalformedBasic::Form));
        Ok(Self { client_id: client_id?, secret: secret? })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn parse(header: &str) -> Result<(String, String), MalformedBasic> {
        BasicCredentials::parse(header).map(|basic| (basic.client_id, basic.secret))
    }

    fn basic(text: &str) -> String {
        format!("Basic {}", Base64::encode_string(text.as_bytes()))
    }

    #[test]
    fn both_parts_are_form_decoded() {
        for (sent, id, secret) in [
            ("p1%2Fa:s", "p1/a", "s"),
            ("p1/a:s", "p1/a", "s"),
            ("a%3Ab:c:d", "a:b", "c:d"),
            ("a+b:%2B", "a b", "+"),
            (":", "", ""),
        ] {
            assert_eq!(parse(&basic(sent)), Ok((id.to_owned(), secret.to_owned())), "{sent}");
        }
        assert!(parse(&basic("a:b").replace("Basic", "bASIC ")).is_ok());
    }

    #[test]
    fn malformed_credentials_are_rejected() {
        for (header, fault) in [
            (String::new(), MalformedBasic::Scheme),
            ("Bearer x".to_owned(), MalformedBasic::Scheme),
            ("Basic".to_owned(), MalformedBasic::Encoding),
            ("Basic YTpi, Basic YTpi".to_owned(), MalformedBasic::Several),
            ("Basic YTp".to_owned(), MalformedBasic::Encoding),
            ("Basic YTpiYw".to_owned(), MalformedBasic::Encoding),
            ("Basic YTpi YTpi".to_owned(), MalformedBasic::Encoding),
            ("Basic YTp-".to_owned(), MalformedBasic::Encoding),
            (basic("ab"), MalformedBasic::Encoding),
            (basic("a:%"), MalformedBasic::Form),
            (basic("a b:c"), MalformedBasic::Form),
            (basic("ä:c"), MalformedBasic::Form),
        ] {
            assert_eq!(parse(&header), Err(fault), "{header}");
        }
    }
}
