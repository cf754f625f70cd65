//! The email address by which a user is declared.

use std::fmt;
use std::sync::Arc;

use serde::de::Error;
use serde::{Deserialize, Deserializer, Serialize};

use crate::users::email_domain::EmailDomain;

/// An email address (RFC 5321, section 4.1.2) in ASCII with exactly one `@`, in lower case: two that differ in case are equal. Quoted
/// local parts and addresses as domains are refused. Cloning shares the text.
#[derive(Clone, Debug, PartialEq, Eq, Hash, PartialOrd, Ord, Serialize)]
pub struct Email(Arc<str>);

/// The longest address, and the longest part before the `@`, in bytes (RFC 5321, section 4.5.3.1).
const MAX_BYTES: usize = 254;
const MAX_LOCAL_BYTES: usize = 64;

impl Email {
    /// The address in lower case.
    pub fn as_str(&self) -> &str {
        &self.0
    }

    /// The part after the `@`, in lower case.
    pub fn domain(&self) -> &str {
        self.0.split_once('@').map_or("", |(_, domain)| domain)
    }
}

/// The text is not an email address.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
#[error("an email address in ASCII with one `@`, at most {MAX_BYTES} bytes, such as `ada@example.com`")]
pub struct InvalidEmail;

impl TryFrom<&str> for Email {
    type Error = InvalidEmail;

    fn try_from(text: &str) -> Result<Self, Self::Error> {
        let (local, domain) = text.split_once('@').ok_or(InvalidEmail)?;
        let is_local = (1..=MAX_LOCAL_BYTES).contains(&local.len()) && local.split('.').all(is_atom);
        if !is_local || text.len() > MAX_BYTES || EmailDomain::try_from(domain).is_err() {
            return Err(InvalidEmail);
        }
        Ok(Self(text.to_ascii_lowercase().into()))
    }
}

/// Whether a part between dots needs no quotes (RFC 5322, section 3.2.3).
fn is_atom(part: &str) -> bool {
    let is_plain = |byte: u8| byte.is_ascii_alphanumeric() || b"!#$%&'*+-/=?^_`{|}~".contains(&byte);
    !part.is_empty() && part.bytes().all(is_plain)
}

impl<'de> Deserialize<'de> for Email {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        Self::try_from(&*String::deserialize(deserializer)?).map_err(D::Error::custom)
    }
}

impl fmt::Display for Email {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_email_has_one_at_sign_and_is_folded() {
        for (text, folded, domain) in [
            ("ada@example.com", "ada@example.com", "example.com"),
            ("Ada.Lovelace+X@Example.COM", "ada.lovelace+x@example.com", "example.com"),
            (
                "o'brien_1@xn--mnchen-3ya.example",
                "o'brien_1@xn--mnchen-3ya.example",
                "xn--mnchen-3ya.example",
            ),
            ("admin@localhost", "admin@localhost", "localhost"),
        ] {
            let email = Email::try_from(text).unwrap();
            assert_eq!((email.as_str(), email.domain()), (folded, domain), "{text}");
        }
    }

    #[test]
    fn other_texts_are_refused() {
        let (long_local, long) = (format!("{}@a.b", "a".repeat(65)), format!("a@{}b", "a.".repeat(127)));
        for text in [
            "",
            "ada",
            "@",
            "ada@",
            "@example.com",
            "ada@x@example.com",
            "ada@@example.com",
            "\"a@b\"@example.com",
            "\"a\"@example.com",
            ".ada@example.com",
            "ada.@example.com",
            "a..b@example.com",
            "ada @example.com",
            " ada@example.com",
            "ada@example.com ",
            "ada@example.com\n",
            "ada@example.com\0",
            "ada@example.com,eve@example.com",
            "Ada <ada@example.com>",
            "ada@example..com",
            "ada@.example.com",
            "ada@example.com.",
            "ada@[192.0.2.1]",
            "ada@exa_mple.com",
            "ada@-a.com",
            "ada@münchen.example",
            "ädä@example.com",
            // The Kelvin sign, which Unicode folds to `k`.
            "\u{212a}@example.com",
            "ada\u{200b}@example.com",
            "ada\u{ff20}example.com",
            &long_local,
            &long,
        ] {
            assert_eq!(Email::try_from(text), Err(InvalidEmail), "{text}");
        }
    }
}
