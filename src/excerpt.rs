//! Excerpts of untrusted texts.

/// The beginning of a text: at most so many bytes, and whole characters.
pub fn excerpt(text: &str, bytes: usize) -> &str {
    text.get(..text.floor_char_boundary(bytes)).unwrap_or_default()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn excerpt_ends_at_a_character_boundary() {
        for (text, kept) in [("abcd", "abc"), ("abü", "ab"), ("ab", "ab"), ("😀", ""), ("", "")] {
            assert_eq!(excerpt(text, 3), kept);
        }
    }
}
