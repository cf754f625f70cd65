//! The formats of stored values.

use std::fmt;

use serde::Serialize;
use serde::de::DeserializeOwned;

use crate::host::Failure;

/// The format that this release writes. It reads this one and the one before it; records from before there was a number are
/// of format 0.
pub const FORMAT: u32 = 1;

/// A value that is stored as JSON. Members that another release added are kept.
pub trait Format: Clone + Default + Serialize + DeserializeOwned + Send + Sync + 'static {
    /// How many times its text a value takes in memory, compared with a document.
    const COPIES: usize = 1;

    /// Reads a stored value.
    fn read(text: &str) -> Result<Self, Failure> {
        serde_json::from_str(text).map_err(Failure::new)
    }

    /// The value as it is stored.
    fn write(&self) -> Result<String, Failure> {
        serde_json::to_string(self).map_err(Failure::new)
    }
}

/// The value was stored by a release that is more than one ahead.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct UnknownFormat(u32);

impl UnknownFormat {
    /// Checks the number of a format.
    pub fn check(format: u32) -> Result<(), Self> {
        if format > FORMAT { Err(Self(format)) } else { Ok(()) }
    }
}

impl fmt::Display for UnknownFormat {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "format {} is newer than this release reads, {FORMAT}", self.0)
    }
}
