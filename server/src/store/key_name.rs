//! Keys of records, as rows have them.

use edge_authorizer::ProjectId;
use edge_authorizer::accounts::SigningSet;
use service::host::Key;

/// The name of a key.
pub fn name_of(key: &Key) -> String {
    let kind = match key {
        Key::Project(_) => "project",
        Key::Issuer(_) => "issuer",
        Key::Routes => "routes",
        Key::SigningKeys(_) => "keys",
    };
    format!("{kind}/{key}")
}

/// The key of a name.
pub fn key_of(name: &str) -> Option<Key> {
    let (kind, rest) = name.split_once('/')?;
    match kind {
        "project" => ProjectId::try_from(rest).ok().map(Key::Project),
        "issuer" => Some(Key::Issuer(rest.to_owned())),
        "routes" => Some(Key::Routes),
        _ => SigningSet::ALL.map(Key::SigningKeys).into_iter().find(|key| name_of(key) == name),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_name_is_of_one_key() {
        let project = Key::Project(ProjectId::try_from("gateway").unwrap());
        let issuer = Key::Issuer("https://a.example/x".to_owned());
        let [tokens, assertions] = SigningSet::ALL.map(Key::SigningKeys);
        for key in [project, issuer, Key::Routes, tokens, assertions] {
            assert_eq!(key_of(&name_of(&key)), Some(key));
        }
        assert_eq!([key_of("p1"), key_of("keys/other"), key_of("project/a b")], [None, None, None]);
    }
}
