//! The formats of stored values.

use serde::de::DeserializeOwned;
use serde::{Deserialize, Serialize};

use crate::host::Failure;

/// The format that this release writes. It reads this one and the one before it; records from before there was a number are
/// of format 0.
pub const FORMAT: u32 = 1;

/// A value that is stored as JSON. Members that another release added are kept.
pub trait Format: Clone + Default + Serialize + DeserializeOwned {
    /// Reads a stored value.
    fn read(text: &str) -> Result<Self, Failure> {
        let Numbered { format } = serde_json::from_str(text).map_err(Failure::new)?;
        if format > FORMAT {
            return Err(Failure(format!("format {format} is newer than this release reads, {FORMAT}")));
        }
        serde_json::from_str(text).map_err(Failure::new)
    }

    /// The value as it is stored.
    fn write(&self) -> Result<String, Failure> {
        let with_format = Written { format: FORMAT, value: self };
        serde_json::to_string(&with_format).map_err(Failure::new)
    }
}

#[derive(Deserialize)]
struct Numbered {
    #[serde(default)]
    format: u32,
}

#[derive(Serialize)]
struct Written<'w, T> {
    format: u32,
    #[serde(flatten)]
    value: &'w T,
}
