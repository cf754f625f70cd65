//! The path by which an entry names a claim.

use std::borrow::Cow;

use serde_json::{Map, Value};

/// Where a claim is: a top-level name, or names separated by `.` (`realm_access.roles`, `resource_access.my\.client.roles`).
///
/// Only the text is kept: a list of its names could be many times as large.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ClaimPath(Box<str>);

/// The text does not name a claim.
#[derive(Debug, PartialEq, Eq, thiserror::Error)]
#[error("the name of a claim, 1 to 256 characters; `.` separates nested names, `\\.` is a literal dot")]
pub struct InvalidClaimPath;

impl TryFrom<&str> for ClaimPath {
    type Error = InvalidClaimPath;

    fn try_from(name: &str) -> Result<Self, Self::Error> {
        if name.is_empty() || name.chars().count() > 256 {
            return Err(InvalidClaimPath);
        }
        Ok(Self(name.into()))
    }
}

impl ClaimPath {
    /// The path that leads through objects by these names.
    pub fn nested(names: &[&str]) -> Result<Self, InvalidClaimPath> {
        // A top-level claim is found by its literal name.
        if let [name] = names {
            return Self::try_from(*name);
        }
        let names: Vec<_> = names.iter().map(|name| name.replace('.', "\\.")).collect();
        Self::try_from(&*names.join("."))
    }

    /// The path as written.
    pub fn as_str(&self) -> &str {
        &self.0
    }

    /// The claim's value: a top-level claim of the literal name wins over the path.
    pub fn find<'c>(&self, claims: &'c Map<String, Value>) -> Option<&'c Value> {
        if let Some(value) = claims.get(self.as_str()) {
            return Some(value);
        }
        let mut names = self.names();
        let first = claims.get(&*names.next()?)?;
        names.try_fold(first, |value, name| value.as_object()?.get(&*name))
    }

    /// The names that the path leads through, separated by each `.` that follows no `\`.
    fn names(&self) -> impl Iterator<Item = Cow<'_, str>> {
        let mut is_escaped = false;
        let names = self.0.split(move |c| {
            let is_separator = c == '.' && !is_escaped;
            is_escaped = c == '\\';
            is_separator
        });
        names.map(|name| if name.contains('\\') { name.replace("\\.", ".").into() } else { name.into() })
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::json;

    fn find(path: &str, claims: &Value) -> Option<Value> {
        ClaimPath::try_from(path).unwrap().find(claims.as_object().unwrap()).cloned()
    }

    #[test]
    fn literal_claim_name_takes_precedence_over_nested_path() {
        let claims = json!({"a": {"b": 1, "c.d": {"e": 2}}, "a.b": 3, "https://x.example/roles": 4});
        assert_eq!(find("a.c\\.d.e", &claims), Some(json!(2)));
        assert_eq!(find("a.b", &claims), Some(json!(3)));
        assert_eq!(find("https://x.example/roles", &claims), Some(json!(4)));
        assert_eq!(find("a", &claims), Some(claims["a"].clone()));
    }

    #[test]
    fn backslash_escapes_only_a_dot() {
        let claims = json!({"a\\b": {"c\\.d\\": {"e": 1, "": {"f": 2}}}});
        assert_eq!(find(r"a\b.c\\.d\.e", &claims), None);
        assert_eq!(find(r"a\b.c\\.d\", &claims), Some(claims["a\\b"]["c\\.d\\"].clone()));
        let claims = json!({"": {"": {"x": 1}}, "a.": {"": {"..b": 2}}});
        assert_eq!(find("..x", &claims), Some(json!(1)));
        assert_eq!(find(r"a\...\.\.b", &claims), Some(json!(2)));
    }

    #[test]
    fn nested_escapes_the_dots_of_names() {
        let claims = json!({"a.b": {"c.d": 1, "e": 2}});
        for (names, expected) in [(&["a.b", "c.d"][..], 1), (&["a.b", "e"], 2)] {
            let path = ClaimPath::nested(names).unwrap();
            assert_eq!(path.find(claims.as_object().unwrap()), Some(&json!(expected)), "{path:?}");
        }
        assert_eq!(ClaimPath::nested(&["a.b"]).unwrap().as_str(), "a.b");
        assert_eq!(ClaimPath::nested(&[]), Err(InvalidClaimPath));
    }

    #[test]
    fn absent_claims_are_none() {
        let claims = json!({"a": {"b": [1]}});
        for missing in ["x", "a.x", "a.b.0", "a.b.c", ".a", "a.", "a\\.b"] {
            assert_eq!(find(missing, &claims), None, "{missing}");
        }
    }
}
