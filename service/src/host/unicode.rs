//! Unicode.

/// Knows the tables of Unicode, which are large: at Cloudflare `String.prototype.normalize`, natively a crate.
pub trait Unicode {
    /// A text in normalization form KC, which has one spelling for what looks and is typed alike (UAX 15).
    fn nfkc(&self, text: &str) -> String;
}
