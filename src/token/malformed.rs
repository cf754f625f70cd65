//! Why a token is malformed.

use serde::Serialize;

/// Why a token is not well-formed.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, thiserror::Error)]
#[serde(rename_all = "snake_case")]
pub enum Malformed {
    /// More than [`crate::MAX_TOKEN_LENGTH`] bytes.
    #[error("longer than 16 KiB")]
    TooLong,
    /// Not three base64url parts with a JSON header.
    #[error("not a compact JWS with a JSON header")]
    NotAJws,
    /// `alg` is not supported.
    #[error("an unsupported `alg`")]
    Algorithm,
    /// `crit` requires extensions, and none are supported (RFC 7515, section 4.1.11).
    #[error("a `crit` header")]
    Critical,
    /// The payload is not a JSON object with unique member names.
    #[error("a payload that is not a JSON object with unique names")]
    Payload,
    /// `iss` is missing or not a string.
    #[error("no string `iss`")]
    Issuer,
    /// `exp` or `iat` is missing, or one of `exp`, `iat`, `nbf` is not a number.
    #[error("no numeric `exp` and `iat`, or an `nbf` that is no number")]
    Time,
}
