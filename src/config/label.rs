//! Names for people, by language.

use crate::config::short_text::ShortText;
use crate::document_reader::Node;

/// Checks the form of a label. Only people use its content.
pub fn check_label(label: &Node<'_>) {
    let Some(languages) = label.members() else { return };
    if !languages.iter().any(|(language, _)| *language == "en") {
        label.fault("an object by language, with `en`");
    }
    for (_, text) in languages {
        text.parse::<ShortText>();
    }
}
