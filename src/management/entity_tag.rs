//! Entity tags, and the lists of them in conditional requests (RFC 9110, sections 8.8.3 and 13.1).

use base64ct::{Base64UrlUnpadded, Encoding};
use sha2::{Digest, Sha256};

/// The strong entity tag of a representation, quotes included.
pub fn etag(representation: impl AsRef<[u8]>) -> String {
    let digest = Sha256::digest(representation);
    format!("\"{}\"", Base64UrlUnpadded::encode_string(&digest))
}

/// How a listed tag is compared with a strong one (RFC 9110, section 8.8.3.2).
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Comparison {
    /// A weak tag is equal to nothing: for `If-Match`.
    Strong,
    /// `W/"x"` is equal to `"x"`: for `If-None-Match`.
    Weak,
}

/// Whether a list of entity tags, or `*`, names a representation with the strong tag `tag`; `None` if it is no list. Empty
/// elements are allowed, and a tag may contain commas.
pub fn names(list: &str, tag: &str, comparison: Comparison) -> Option<bool> {
    let mut rest = list.trim_matches(is_space);
    let mut is_named = rest == "*";
    if is_named {
        return Some(true);
    }
    loop {
        rest = rest.trim_start_matches(|c| c == ',' || is_space(c));
        if rest.is_empty() {
            return Some(is_named);
        }
        let opaque = rest.strip_prefix("W/");
        let counts = opaque.is_none() || comparison == Comparison::Weak;
        let (opaque, after) = opaque.unwrap_or(rest).strip_prefix('"')?.split_once('"')?;
        is_named |= counts && tag.strip_prefix('"').and_then(|tag| tag.strip_suffix('"')) == Some(opaque);
        rest = after.trim_start_matches(is_space);
        if opaque.contains(|c: char| c == ' ' || c.is_ascii_control())
            || !(rest.is_empty() || rest.starts_with(','))
        {
            return None;
        }
    }
}

fn is_space(c: char) -> bool {
    matches!(c, ' ' | '\t')
}

/// Whether a client that sent `if_none_match` has the representation with the strong tag `tag` already.
pub fn is_known(if_none_match: &str, tag: &str) -> bool {
    names(if_none_match, tag, Comparison::Weak) == Some(true)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn list_contains_its_tags() {
        for list in [r#""a""#, r#""b", "a""#, r#" ,"b" ,, "a","#, "*", r#"W/"b","a""#, r#""x,y", "a""#] {
            assert_eq!(names(list, r#""a""#, Comparison::Strong), Some(true), "{list}");
        }
        for list in ["", " , ", r#""b""#, r#""x,a""#, r#""""#, r#""A""#] {
            assert_eq!(names(list, r#""a""#, Comparison::Weak), Some(false), "{list}");
        }
    }

    #[test]
    fn weak_tags_match_in_weak_comparison_only() {
        assert_eq!(names(r#"W/"a""#, r#""a""#, Comparison::Weak), Some(true));
        assert_eq!(names(r#"W/"a""#, r#""a""#, Comparison::Strong), Some(false));
    }

    #[test]
    fn is_known_if_the_client_lists_the_tag() {
        assert!(is_known(r#""b", W/"a""#, r#""a""#));
        assert!(!is_known(r#""b""#, r#""a""#));
        assert!(!is_known("a", r#""a""#), "what is not a list names nothing");
    }

    #[test]
    fn comma_within_a_tag_is_not_a_separator() {
        assert_eq!(names(r#""a,b""#, r#""a,b""#, Comparison::Strong), Some(true));
        assert_eq!(names(r#""x,"a",y""#, r#""a""#, Comparison::Strong), None);
    }

    #[test]
    fn malformed_lists_are_rejected() {
        for bad in [
            "a",
            r#""a"#,
            r#"a""#,
            r#""a" "b""#,
            r#"w/"a""#,
            r#""a", *"#,
            r#"W/ "a""#,
            "\"a\u{7f}\"",
            r#""a b""#,
        ] {
            assert_eq!(names(bad, r#""a""#, Comparison::Weak), None, "{bad}");
        }
    }
}
