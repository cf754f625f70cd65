//! The bounds of what a client writes into a log line. With them a line is at most 8 KiB.

pub const MAX_PATH_CHARACTERS: usize = 512;
pub const MAX_ROUTE_CHARACTERS: usize = 256;
pub const MAX_METHOD_CHARACTERS: usize = 32;
pub const MAX_ADDRESS_CHARACTERS: usize = 64;

/// The first characters of a text.
pub fn shortened(text: &str, characters: usize) -> &str {
    text.char_indices().nth(characters).and_then(|(end, _)| text.get(..end)).unwrap_or(text)
}
