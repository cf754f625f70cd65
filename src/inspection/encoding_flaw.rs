//! Why a part of a token is not base64url.

use std::ops::Range;

/// Where a text is not base64url (RFC 4648, section 5), and why.
pub fn encoding_flaw(encoded: &str) -> (Range<usize>, &'static str) {
    let is_allowed = |c: char| c.is_ascii_alphanumeric() || c == '-' || c == '_';
    if let Some((at, c)) = encoded.char_indices().find(|(_, c)| !is_allowed(*c)) {
        let message = match c {
            '=' => "has padding, which a token does not have",
            '+' | '/' => "has a character of base64 that base64url does not have",
            c if c.is_whitespace() => "has white space",
            _ => "has a character that base64url does not have",
        };
        return (at..at + c.len_utf8(), message);
    }
    let message = if encoded.len() % 4 == 1 {
        "has a length that base64url never has: something is missing at the end"
    } else {
        "has bits behind the last byte that are not zero"
    };
    (encoded.len().saturating_sub(1)..encoded.len(), message)
}
