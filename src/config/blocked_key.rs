//! A key that a project does not accept although its issuer publishes it.

use serde::{Deserialize, Serialize};

use crate::document_reader::Node;
use crate::issuer::Issuer;

/// A blocked key of an issuer, by its id and its thumbprint: the same key under another id is blocked, and so is another key under
/// that id.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct BlockedKey {
    /// The issuer.
    pub iss: String,
    /// Its `kid`, or its thumbprint where it has none.
    pub kid: String,
    /// Its thumbprint, if it was known when the key was blocked.
    pub thumbprint: Option<String>,
}

impl BlockedKey {
    /// Reads the stored form: `{"iss", "kid", "thumbprint"}`.
    pub fn read(node: &Node<'_>) -> Option<Self> {
        node.properties(|key| {
            let iss = key.required("iss", "the issuer").and_then(|node| node.text().map(str::to_owned));
            let kid = key.required("kid", "the key's id").and_then(|node| node.text().map(str::to_owned));
            let thumbprint = key.optional("thumbprint").map(|node| node.text().map(str::to_owned));
            let thumbprint = thumbprint.map_or(Some(None), |text| text.map(Some));
            Some(Self { iss: iss?, kid: kid?, thumbprint: thumbprint? })
        })
    }

    /// Whether it is the blocked key of that issuer that `name` is the `kid` or the thumbprint of.
    pub fn is_named(&self, iss: &str, name: &str) -> bool {
        self.iss == iss && (self.kid == name || self.thumbprint.as_deref() == Some(name))
    }

    /// Whether this blocks the key of `issuer` with that `kid` and thumbprint.
    pub fn is(&self, issuer: &Issuer, kid: Option<&str>, thumbprint: &str) -> bool {
        let is_named = kid == Some(&*self.kid) || self.kid == thumbprint;
        // The issuer last: a project's blocked keys mostly have the same one, so comparing the others first is faster.
        (is_named || self.thumbprint.as_deref() == Some(thumbprint)) && self.iss == issuer.as_str()
    }
}
