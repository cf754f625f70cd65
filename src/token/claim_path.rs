//! The path by which an entry names a claim.

use serde_json::{Map, Value};

/// Where a claim is: a top-level name, or names separated by `.` (`realm_access.roles`, `resource_access.my\.client.roles`).
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ClaimPath {
    name: String,
    steps: Vec<String>,
}

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
        let (mut steps, mut step) = (Vec::new(), String::new());
        let mut rest = name.chars().peekable();
        while let Some(c) = rest.next() {
            match c {
                '\\' if rest.next_if_eq(&'.').is_some() => step.push('.'),
                '.' => steps.push(std::mem::take(&mut step)),
                _ => step.push(c),
            }
        }
        steps.push(step);
        Ok(Self { name: name.to_owned(), steps })
    }
}

impl ClaimPath {
    /// The path as written.
    pub fn as_str(&self) -> &str {
        &self.name
    }

    /// The claim's value: a top-level claim of the literal name wins over the path.
    pub fn find<'c>(&self, claims: &'c Map<String, Value>) -> Option<&'c Value> {
        if let Some(value) = claims.get(&self.name) {
            return Some(value);
        }
        let (first, rest) = self.steps.split_first()?;
        rest.iter().try_fold(claims.get(first)?, |value, step| value.as_object()?.get(step))
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
    fn absent_claims_are_none() {
        let claims = json!({"a": {"b": [1]}});
        for missing in ["x", "a.x", "a.b.0", "a.b.c", ".a", "a.", "a\\.b"] {
            assert_eq!(find(missing, &claims), None, "{missing}");
        }
    }
}
