//! A store or an issuer that gives no answer.

/// A value that is needed could not be loaded.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Unavailable;
