//! The key that signs assertions to origins, as the control plane publishes it to the data plane.

use serde::Serialize;
use serde_json::Value;

use crate::document_reader;
use crate::fault::Faults;
use crate::versioned::Versioned;

/// The key under which it is published.
pub const ASSERTION_KEY: &str = "assertion-key";

/// The key that signs now: `{"version", "issuer", "kid", "sealed"}`. Readers have it late, so the key before it stays in the
/// public key set for longer than that and the life of an assertion.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct AssertionKey {
    /// Grows with each publication.
    pub version: u64,
    /// The issuer of assertions, `<PUBLIC_URL>/auth`.
    pub issuer: String,
    /// Its id in the public key set.
    pub kid: String,
    /// The private key, sealed with the secret `EDGE_SEALING_KEY`.
    pub sealed: String,
}

impl AssertionKey {
    /// Reads the published form.
    pub fn parse_stored(document: &Value) -> Result<Self, Faults> {
        document_reader::read_stored(document, |node| {
            node.properties(|key| {
                let version = key.required("version", "a number").and_then(|node| node.integer(0..=u64::MAX));
                let text = |name| Some(key.required(name, "a text")?.text()?.to_owned());
                let (issuer, kid, sealed) = (text("issuer"), text("kid"), text("sealed"));
                Some(Self { version: version?, issuer: issuer?, kid: kid?, sealed: sealed? })
            })
        })
    }
}

impl Versioned for AssertionKey {
    fn is_older_than(&self, other: &Self) -> bool {
        self.version < other.version
    }
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    #[test]
    fn a_published_key_is_read_whatever_another_release_added() {
        let key = AssertionKey {
            version: 2,
            issuer: "https://a.example/auth".to_owned(),
            kid: "k".to_owned(),
            sealed: "s".to_owned(),
        };
        let mut published = serde_json::to_value(&key).unwrap();
        published["added"] = json!({ "by": "another release" });
        assert_eq!(AssertionKey::parse_stored(&published), Ok(key));
        assert!(AssertionKey::parse_stored(&json!({ "version": 2 })).is_err());
    }
}
