//! The faults of a document, each with its place.

use std::fmt::{self, Display};

use serde::Serialize;
use serde_json::Value;

use crate::token::strict_json;

/// A fault at one place of a document.
#[derive(Clone, Debug, PartialEq, Serialize)]
#[cfg_attr(test, derive(ts_rs::TS))]
pub struct Fault {
    /// The place, as a JSON pointer (RFC 6901).
    pub pointer: String,
    /// The offending value; absent where something is missing.
    #[cfg_attr(test, ts(optional, type = "unknown"))]
    #[serde(skip_serializing_if = "Option::is_none")]
    pub value: Option<Value>,
    /// What is expected instead.
    pub expected: String,
}

/// The most faults that are reported for one document.
pub(crate) const MAX_FAULTS: usize = 100;

/// The faults of a document; never empty.
#[derive(Clone, Debug, PartialEq, Serialize, thiserror::Error)]
pub struct Faults(Vec<Fault>);

impl Fault {
    pub(crate) fn new(value: &Value, pointer: String, expected: &dyn Display) -> Self {
        let expected = expected.to_string();
        let expected = shortened(&expected, MAX_EXPECTED).unwrap_or(expected);
        Self { pointer, value: Some(repeated(value)), expected }
    }
}

impl Faults {
    /// Several faults: at least one, at most [`MAX_FAULTS`].
    pub(crate) fn several(faults: Vec<Fault>) -> Self {
        Self(faults)
    }

    /// A single fault, found where there is no reader to note it.
    pub fn one(pointer: &str, value: Option<&Value>, expected: impl Display) -> Self {
        let (pointer, value, expected) = (pointer.to_owned(), value.map(repeated), expected.to_string());
        Self(vec![Fault { pointer, value, expected }])
    }

    /// The faults of several together, as many as are reported; `None` if there are none.
    pub fn joined(all: impl IntoIterator<Item = Self>) -> Option<Self> {
        let faults: Vec<_> = all.into_iter().flat_map(|faults| faults.0).take(MAX_FAULTS).collect();
        (!faults.is_empty()).then_some(Self(faults))
    }

    /// The faults, in the order in which they were found.
    pub fn as_slice(&self) -> &[Fault] {
        &self.0
    }
}

impl Display for Faults {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        for (index, fault) in self.0.iter().enumerate() {
            let separator = if index == 0 { "" } else { "; " };
            write!(f, "{separator}at `{}`: expected {}", fault.pointer, fault.expected)?;
            if let Some(value) = &fault.value {
                write!(f, ", not `{}`", strict_json::to_text(value))?;
            }
        }
        Ok(())
    }
}

/// The longest value, or name in a pointer, that is repeated in a fault, in bytes.
pub(crate) const MAX_REPEATED: usize = 200;

/// The longest text of what would be right, in bytes. Some repeat what is elsewhere in the document.
const MAX_EXPECTED: usize = 500;

/// A value as a fault repeats it.
fn repeated(value: &Value) -> Value {
    shortened(&value.to_string(), MAX_REPEATED).map_or_else(|| value.clone(), Value::String)
}

/// The beginning of a text that is longer than `limit`.
pub(crate) fn shortened(text: &str, limit: usize) -> Option<String> {
    let beginning = text.get(..text.floor_char_boundary(limit))?;
    (text.len() > limit).then(|| [beginning, "…"].concat())
}
