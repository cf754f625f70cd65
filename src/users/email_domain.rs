//! The domain of email addresses.

use serde::de::Error;
use serde::{Deserialize, Deserializer, Serialize};

/// The domain of an email address, in lower case: labels of letters, digits and hyphens (RFC 5321, section 4.1.2). Subdomains are other domains.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct EmailDomain(String);

impl EmailDomain {
    /// The domain in lower case.
    pub fn as_str(&self) -> &str {
        &self.0
    }
}

/// The text is not such a domain.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
#[error("the domain of email addresses in ASCII, such as `example.com`; subdomains are listed on their own")]
pub struct InvalidEmailDomain;

impl TryFrom<&str> for EmailDomain {
    type Error = InvalidEmailDomain;

    fn try_from(text: &str) -> Result<Self, Self::Error> {
        let is_domain = text.len() <= 253 && text.split('.').all(is_label);
        if is_domain { Ok(Self(text.to_ascii_lowercase())) } else { Err(InvalidEmailDomain) }
    }
}

fn is_label(label: &str) -> bool {
    let is_word = label.bytes().all(|byte| byte.is_ascii_alphanumeric() || byte == b'-');
    is_word && (1..=63).contains(&label.len()) && !label.starts_with('-') && !label.ends_with('-')
}

impl<'de> Deserialize<'de> for EmailDomain {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        Self::try_from(&*String::deserialize(deserializer)?).map_err(D::Error::custom)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_domain_is_labels_of_letters_digits_and_hyphens() {
        for (good, folded) in [("example.com", "example.com"), ("A-1.Example", "a-1.example"), ("x", "x")] {
            assert_eq!(EmailDomain::try_from(good).unwrap().as_str(), folded);
        }
        let long = "a".repeat(64);
        for bad in ["", ".", "a.", ".a", "a..b", "-a", "a-", "*.a", "a b", "@a", "a_b", "ä.b", "[::1]", &long]
        {
            assert_eq!(EmailDomain::try_from(bad), Err(InvalidEmailDomain), "{bad}");
        }
    }
}
