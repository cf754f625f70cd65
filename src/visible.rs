//! Characters that a reader does not see, or that change the order in which others are shown.
//!
//! A token's claims may hold them: text in a log or on a terminal would then show another caller or role than was meant.

use std::borrow::Cow;
use std::fmt::Write;

/// The same JSON with controls of the direction of text escaped, as in `\u202e`.
pub fn escape_json(json: String) -> String {
    if json.is_ascii() {
        return json;
    }
    escape(&json, is_bidi_control).into_owned()
}

/// A text for people: controls, and those of the direction of text, are escaped as in JSON.
pub fn visible(text: &str) -> Cow<'_, str> {
    escape(text, |character| character.is_control() || is_bidi_control(character))
}

/// Whether a character only changes the direction of others (Unicode Standard Annex 9, section 2).
pub fn is_bidi_control(character: char) -> bool {
    matches!(character, '\u{61c}' | '\u{200e}' | '\u{200f}' | '\u{202a}'..='\u{202e}' | '\u{2066}'..='\u{2069}')
}

fn escape(text: &str, is_hidden: impl Fn(char) -> bool) -> Cow<'_, str> {
    if !text.contains(&is_hidden) {
        return Cow::Borrowed(text);
    }
    let mut escaped = String::with_capacity(text.len());
    for character in text.chars() {
        if is_hidden(character) {
            // All of them are in the first plane.
            let _infallible = write!(escaped, "\\u{:04x}", u32::from(character));
        } else {
            escaped.push(character);
        }
    }
    Cow::Owned(escaped)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_hidden_is_escaped() {
        for (text, shown) in [
            ("a `b` ä 😀", "a `b` ä 😀"),
            ("nimda\u{202e}x", "nimda\\u202ex"),
            ("\u{2066}\u{61c}", "\\u2066\\u061c"),
            ("\u{1b}[31mred\n", "\\u001b[31mred\\u000a"),
        ] {
            assert_eq!(visible(text), shown);
        }
    }

    #[test]
    fn escaped_json_has_the_same_value() {
        let value = serde_json::json!({ "sub": "nimda\u{202e}\u{200f}ä\n" });
        let text = escape_json(value.to_string());
        assert!(!text.contains(is_bidi_control) && text.contains("\\u202e"));
        assert_eq!(serde_json::from_str::<serde_json::Value>(&text).unwrap(), value);
    }
}
