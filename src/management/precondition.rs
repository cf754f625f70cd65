//! Conditional requests (RFC 9110, section 13): two writers cannot lose each other's update.

use base64ct::{Base64UrlUnpadded, Encoding};
use sha2::{Digest, Sha256};

/// The strong entity tag of a representation, quotes included.
pub fn etag(representation: &str) -> String {
    let digest = Sha256::digest(representation.as_bytes());
    format!("\"{}\"", Base64UrlUnpadded::encode_string(&digest))
}

/// What a request demands of the resource as it is.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Precondition {
    /// The value of `If-Match`.
    pub if_match: Option<String>,
    /// The value of `If-None-Match`.
    pub if_none_match: Option<String>,
}

impl Precondition {
    /// Whether a resource whose representation is `current` (`None`: it does not exist) is as demanded.
    pub fn holds(&self, current: Option<&str>) -> bool {
        let tag = current.map(etag);
        let names_it = |list: &str| {
            let mut tags = list.split(',').map(str::trim);
            tag.as_ref().is_some_and(|tag| tags.any(|listed| listed == "*" || listed == tag))
        };
        self.if_match.as_deref().is_none_or(names_it) && !self.if_none_match.as_deref().is_some_and(names_it)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn holds(if_match: Option<&str>, if_none_match: Option<&str>, current: Option<&str>) -> bool {
        let [if_match, if_none_match] = [if_match, if_none_match].map(|value| value.map(str::to_owned));
        Precondition { if_match, if_none_match }.holds(current)
    }

    #[test]
    fn a_tag_names_one_representation() {
        let (a, b) = (etag("a"), etag("b"));
        assert_ne!(a, b);
        assert!(holds(Some(&a), None, Some("a")));
        assert!(holds(Some(&format!("{b}, {a}")), None, Some("a")));
        assert!(!holds(Some(&b), None, Some("a")));
        assert!(!holds(Some(&format!("W/{a}")), None, Some("a")));
        assert!(holds(None, None, None));
    }

    #[test]
    fn a_star_means_whether_it_exists() {
        assert!(holds(Some("*"), None, Some("a")));
        assert!(!holds(Some("*"), None, None));
        assert!(holds(None, Some("*"), None));
        assert!(!holds(None, Some("*"), Some("a")));
        assert!(holds(None, Some(&etag("b")), Some("a")));
    }
}
