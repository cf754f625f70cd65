//! The header of a token (RFC 7515, section 4).

use crate::token::algorithm::Algorithm;

/// The parts of a token's header that an entry may restrict.
#[derive(Debug)]
pub struct JoseHeader {
    /// Its `alg`.
    pub algorithm: Algorithm,
    /// Its `typ`.
    pub media_type: Option<String>,
}

impl JoseHeader {
    /// Its `typ` in lower case, without `application/`.
    pub fn short_media_type(&self) -> Option<String> {
        self.media_type.as_deref().map(short_media_type)
    }
}

/// A media type in lower case, without the `application/` that RFC 7515 (section 4.1.9) lets one leave out.
pub fn short_media_type(media_type: &str) -> String {
    let media_type = media_type.to_ascii_lowercase();
    media_type.strip_prefix("application/").map(str::to_owned).unwrap_or(media_type)
}
