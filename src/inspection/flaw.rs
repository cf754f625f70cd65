//! The parts of a token, and their flaws.

use serde::Serialize;

/// A part of a token, between the dots.
#[derive(Clone, Debug, PartialEq, Serialize)]
#[cfg_attr(test, derive(ts_rs::TS))]
pub struct Part {
    /// Its name.
    pub name: PartName,
    /// Where it begins in the token, in bytes.
    pub start: usize,
    /// Where it ends.
    pub end: usize,
    /// Its decoded size in bytes, if it can be decoded.
    pub bytes: Option<usize>,
    /// Its decoded text, if it is text.
    pub text: Option<String>,
}

/// The parts of a compact JWS (RFC 7515, section 7.1).
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize)]
#[serde(rename_all = "snake_case")]
#[cfg_attr(test, derive(ts_rs::TS))]
pub enum PartName {
    /// The header.
    Header,
    /// The payload.
    Payload,
    /// The signature.
    Signature,
}

/// A flaw of a token, and its place.
#[derive(Clone, Debug, PartialEq, Serialize)]
#[cfg_attr(test, derive(ts_rs::TS))]
pub struct Flaw {
    /// The part that has the flaw; absent if the whole token has.
    pub part: Option<PartName>,
    /// The member of the part, as a JSON pointer.
    pub member: Option<String>,
    /// Its offset in the part's text, in bytes.
    pub offset: Option<usize>,
    /// Where it begins in the token, in bytes.
    pub start: usize,
    /// Where it ends.
    pub end: usize,
    /// What is wrong.
    pub message: String,
}
