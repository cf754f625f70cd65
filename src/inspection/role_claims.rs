//! The claims of a token that may carry roles.

use serde::Serialize;
use serde_json::{Map, Value};

use super::provider::Provider;
use crate::authz::role_reader::role_values;
use crate::token::claim_path::ClaimPath;

/// A claim with several values.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
#[cfg_attr(test, derive(ts_rs::TS))]
pub struct RoleClaim {
    /// The name by which an entry finds it.
    pub name: String,
    /// Its values, without those that are not strings.
    pub values: Vec<String>,
}

/// The claims that are lists of strings, and those strings of several words in which providers write roles.
pub fn role_claims(claims: &Map<String, Value>) -> Vec<RoleClaim> {
    let mut found = Vec::new();
    visit(claims, &[], claims, &mut found);
    found
}

fn visit<'c>(
    object: &'c Map<String, Value>,
    names: &[&'c str],
    claims: &Map<String, Value>,
    found: &mut Vec<RoleClaim>,
) {
    for (name, value) in object {
        let names = [names, &[name]].concat();
        match value {
            Value::Object(inner) => visit(inner, &names, claims, found),
            Value::String(_) if !is_list(&names) => {}
            _ => found.extend(role_claim(&names, claims)),
        }
    }
}

/// Whether a string at this place is a list of words.
fn is_list(names: &[&str]) -> bool {
    matches!(names, [name] if Provider::Other.profile().roles_claims.contains(name))
}

/// The claim as an entry reads it.
fn role_claim(names: &[&str], claims: &Map<String, Value>) -> Option<RoleClaim> {
    let path = ClaimPath::nested(names).ok()?;
    let values: Vec<_> = role_values(path.find(claims)?)?.into_iter().flatten().map(str::to_owned).collect();
    (!values.is_empty()).then(|| RoleClaim { name: path.as_str().to_owned(), values })
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::json;

    #[test]
    fn lists_and_scopes_are_found_at_any_depth() {
        let claims = json!({
            "iss": "https://a.example", "exp": 1, "sub": "a b",
            "scope": "read  write", "groups": [], "numbers": [1, 2], "aud": ["x", 7],
            "https://a.example/roles": ["admin"],
            "realm_access": { "roles": ["member"], "scope": "not a list" },
            "resource_access": { "my.app": { "roles": ["reader"] } }
        });
        let found = role_claims(claims.as_object().unwrap());
        let found: Vec<_> = found.iter().map(|claim| (&*claim.name, claim.values.join(" "))).collect();
        assert_eq!(
            found,
            [
                ("aud", "x".to_owned()),
                ("https://a.example/roles", "admin".to_owned()),
                ("realm_access.roles", "member".to_owned()),
                (r"resource_access.my\.app.roles", "reader".to_owned()),
                ("scope", "read write".to_owned()),
            ]
        );
    }
}
