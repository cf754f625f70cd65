//! The size of documents in memory.

/// The overhead of a value beyond its text, in bytes of memory.
const VALUE_BYTES: usize = 48;

/// The estimated size of a parsed document, in bytes of memory: twice its text, and an overhead for each value, counted by commas
/// and opening brackets outside strings.
pub fn weight(text: &str) -> usize {
    let (mut values, mut is_string, mut is_escaped) = (0, false, false);
    for byte in text.bytes() {
        match byte {
            _ if is_escaped => is_escaped = false,
            b'\\' => is_escaped = true,
            b'"' => is_string = !is_string,
            b',' | b'[' | b'{' if !is_string => values += 1,
            _ => {}
        }
    }
    2 * text.len() + VALUE_BYTES * values
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn weight_includes_each_small_value() {
        assert!(weight(&"1,".repeat(1000)) > 1000 * VALUE_BYTES);
        assert!(weight(&"[]".repeat(1000)) > 1000 * VALUE_BYTES);
    }

    #[test]
    fn commas_within_strings_are_text() {
        for text in [",[{".repeat(1000), r#"\",[{\\"#.repeat(1000)] {
            let quoted = format!("\"{text}\"");
            assert_eq!(weight(&quoted), 2 * quoted.len());
            assert_eq!(weight(&format!("{quoted},7")), 2 * quoted.len() + 4 + VALUE_BYTES);
        }
    }
}
