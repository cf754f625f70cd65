//! Conditional requests (RFC 9110, section 13): two writers cannot lose each other's update.

use super::entity_tag::{Comparison, etag, names};

/// The precondition of a request.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Precondition {
    /// The value of `If-Match`.
    pub if_match: Option<String>,
    /// The value of `If-None-Match`.
    pub if_none_match: Option<String>,
}

/// A header of the precondition is not a list of entity tags.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
#[error("`{0}` is neither `*` nor a list of entity tags; an entity tag is in double quotes, as in `ETag`")]
pub struct MalformedPrecondition(&'static str);

impl Precondition {
    /// Refuses what is not a list of entity tags: it would never hold, and look like a conflict.
    pub fn check(&self) -> Result<(), MalformedPrecondition> {
        for (name, value) in [("If-Match", &self.if_match), ("If-None-Match", &self.if_none_match)] {
            let is_list = |list: &str| names(list, "", Comparison::Weak).is_some();
            if !value.as_deref().is_none_or(is_list) {
                return Err(MalformedPrecondition(name));
            }
        }
        Ok(())
    }

    /// Whether the precondition holds for a resource with the representation `current` (`None`: it does not exist). A malformed
    /// list never holds.
    pub fn holds(&self, current: Option<&str>) -> bool {
        let tag = current.map(etag);
        // No list can name what does not exist.
        let names_it = |list: &str, comparison| {
            let named = names(list, tag.as_deref().unwrap_or_default(), comparison);
            named.map(|named| named && tag.is_some())
        };
        let is_right = |list: &Option<String>, comparison, expected| {
            list.as_deref().is_none_or(|list| names_it(list, comparison) == Some(expected))
        };
        is_right(&self.if_match, Comparison::Strong, true)
            && is_right(&self.if_none_match, Comparison::Weak, false)
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
    fn if_match_requires_the_current_tag() {
        let (a, b) = (etag("a"), etag("b"));
        assert_ne!(a, b);
        assert!(holds(Some(&a), None, Some("a")));
        assert!(holds(Some(&format!("{b}, {a}")), None, Some("a")));
        assert!(!holds(Some(&b), None, Some("a")));
        assert!(!holds(Some(&format!("W/{a}")), None, Some("a")));
        assert!(holds(None, None, None));
    }

    #[test]
    fn if_match_star_requires_existence() {
        assert!(holds(Some("*"), None, Some("a")));
        assert!(!holds(Some("*"), None, None));
        assert!(holds(None, Some("*"), None));
        assert!(!holds(None, Some("*"), Some("a")));
        assert!(holds(None, Some(&etag("b")), Some("a")));
    }

    #[test]
    fn if_none_match_compares_weakly() {
        let weak = format!("W/{}", etag("a"));
        assert!(!holds(None, Some(&weak), Some("a")));
        assert!(holds(None, Some(&weak), Some("b")));
    }

    #[test]
    fn malformed_precondition_is_named() {
        let check = |if_match: &str, if_none_match: &str| {
            let [if_match, if_none_match] = [if_match, if_none_match].map(|value| Some(value.to_owned()));
            Precondition { if_match, if_none_match }.check().map_err(|MalformedPrecondition(name)| name)
        };
        assert_eq!(Precondition::default().check(), Ok(()));
        for good in ["*", r#""a""#, r#"W/"a", "b""#, ""] {
            assert_eq!(check(good, good), Ok(()), "{good}");
        }
        for bad in ["a", r#""a"#, r#""a" "b""#, "**"] {
            assert_eq!(check(bad, "*"), Err("If-Match"), "{bad}");
            assert_eq!(check("*", bad), Err("If-None-Match"), "{bad}");
        }
    }

    #[test]
    fn malformed_precondition_never_holds() {
        for current in [None, Some("a")] {
            assert!(!holds(Some("a"), None, current));
            assert!(!holds(None, Some("a"), current));
        }
    }
}
