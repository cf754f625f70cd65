//! The bounds of what a client writes into a log line, in bytes of JSON. With them a line is at most 8 KiB.

use edge_authorizer::is_bidi_control;

pub const MAX_TRACE: usize = 4 * 1024;
pub const MAX_SUBJECT: usize = 1024;
pub const MAX_PATH: usize = 512;
pub const MAX_ROUTE: usize = 256;
pub const MAX_METHOD: usize = 32;
pub const MAX_ADDRESS: usize = 64;
pub const MAX_REASON: usize = 6 * 1024;

/// The start of a text that takes at most so many bytes in JSON.
pub fn shortened(text: &str, mut bytes: usize) -> &str {
    let end = text.char_indices().find(|(_, character)| {
        let room = bytes.checked_sub(escaped_length(*character));
        bytes = room.unwrap_or_default();
        room.is_none()
    });
    end.and_then(|(end, _)| text.get(..end)).unwrap_or(text)
}

/// How many bytes a character takes in JSON, at most.
fn escaped_length(character: char) -> usize {
    match character {
        '"' | '\\' => 2,
        '\0'..='\x1f' => 6,
        _ if is_bidi_control(character) => 6,
        _ => character.len_utf8(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_text_is_cut_before_the_character_that_does_not_fit() {
        for (text, bytes, start) in [
            ("abc", 3, "abc"),
            ("abc", 2, "ab"),
            ("\u{1}\u{1}", 11, "\u{1}"),
            ("a\"b", 2, "a"),
            ("\u{20ac}\u{20ac}", 5, "\u{20ac}"),
            ("\u{202e}\u{202e}", 11, "\u{202e}"),
            ("", 0, ""),
        ] {
            assert_eq!(shortened(text, bytes), start);
        }
    }
}
