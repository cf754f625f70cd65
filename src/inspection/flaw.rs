//! The parts of a token, and what is wrong with them.

use serde::Serialize;

/// One of the parts between the dots.
#[derive(Clone, Debug, PartialEq, Serialize)]
pub struct Part {
    /// Which one.
    pub name: PartName,
    /// Where it begins in the token, in bytes.
    pub start: usize,
    /// Where it ends.
    pub end: usize,
    /// How many bytes it is decoded.
    pub bytes: Option<usize>,
    /// What it is decoded, where that is text.
    pub text: Option<String>,
}

/// The parts of a compact JWS (RFC 7515, section 7.1).
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum PartName {
    /// The header.
    Header,
    /// The payload.
    Payload,
    /// The signature.
    Signature,
}

/// Something that is wrong with a token, and where.
#[derive(Clone, Debug, PartialEq, Serialize)]
pub struct Flaw {
    /// The part that it is in; absent where it is the whole.
    pub part: Option<PartName>,
    /// The member of the part, as a JSON pointer.
    pub member: Option<String>,
    /// Where it is in the part's text, in bytes.
    pub offset: Option<usize>,
    /// Where it begins in the token, in bytes.
    pub start: usize,
    /// Where it ends.
    pub end: usize,
    /// What is wrong.
    pub message: String,
}
