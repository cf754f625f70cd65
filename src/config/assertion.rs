//! What a route or an origin demands of the assertion that the origin gets.

use crate::config::short_text::ShortText;
use crate::document_reader::Node;

/// An origin gets a signed assertion of who calls.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub struct AssertionSettings {
    /// Its audience, 1 to 256 characters: the origin accepts no assertion with another one.
    pub audience: String,
}

impl AssertionSettings {
    /// Reads `{"audience": "…"}`.
    pub fn read(node: &Node<'_>) -> Option<Self> {
        node.properties(|assertion| {
            let audience =
                assertion.required("audience", "1 to 256 characters, by which the origin knows itself");
            let ShortText(audience) = audience?.parse()?;
            Some(Self { audience })
        })
    }
}
