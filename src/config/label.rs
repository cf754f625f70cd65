//! Names for people, by language.

use crate::config::short_text::ShortText;
use crate::document_reader::Node;

/// A label is for people; here it only has to be one.
pub fn check_label(label: &Node<'_>) {
    let Some(languages) = label.members() else { return };
    if !languages.iter().any(|(language, _)| *language == "en") {
        label.fault("an object by language, with `en`");
    }
    for (_, text) in languages {
        text.parse::<ShortText>();
    }
}
