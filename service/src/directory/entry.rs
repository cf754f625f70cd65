//! What is stored as a row of the directory.

use serde::Serialize;
use serde::de::DeserializeOwned;

use crate::host::{Failure, Kind, NewRow, RowChange, RowKey, Term};

/// What is stored as a row. Its JSON tolerates members that another release wrote.
pub trait Entry: Serialize + DeserializeOwned {
    /// The kind of its rows.
    const KIND: Kind;

    /// Reads what is stored.
    fn read(text: &str) -> Result<Self, Failure> {
        serde_json::from_slice(text.as_bytes()).map_err(Failure::new)
    }

    /// The text that is stored.
    fn write(&self) -> String {
        serde_json::to_string(self).unwrap_or_default()
    }

    /// What it is found by, besides its id.
    fn terms(&self) -> Vec<Term> {
        Vec::new()
    }

    /// From when on it is as good as absent, in seconds since 1970.
    fn expires_at(&self) -> Option<f64> {
        None
    }
}

/// An entry as it is stored.
#[derive(Clone, Debug)]
pub struct Stored<T> {
    /// Its id.
    pub id: String,
    /// Its value.
    pub value: T,
    /// Changes with each commit.
    pub revision: u64,
}

impl<T: Entry> Stored<T> {
    /// The change that writes another value.
    pub fn replaced_by(&self, value: &T) -> RowChange {
        RowChange::put(self.key(), Some(self.revision), new_row(value))
    }

    /// The change that removes it.
    pub fn removed(&self) -> RowChange {
        RowChange::delete(self.key(), self.revision)
    }

    /// The change that demands that it is as it was read.
    pub fn unchanged(&self) -> RowChange {
        RowChange::keep(self.key(), Some(self.revision))
    }

    fn key(&self) -> RowKey {
        RowKey::new(T::KIND, &*self.id)
    }
}

/// The change that writes an entry that is not there.
pub fn added<T: Entry>(id: &str, value: &T) -> RowChange {
    RowChange::put(RowKey::new(T::KIND, id), None, new_row(value))
}

/// The change that demands that there is no entry of an id.
pub fn absent<T: Entry>(id: &str) -> RowChange {
    RowChange::keep(RowKey::new(T::KIND, id), None)
}

/// Checks the number of a format; `newest` is the newest that this release reads.
pub fn check_format(format: u32, newest: u32) -> Result<(), Failure> {
    if format > newest {
        return Err(Failure(format!("format {format} is newer than this release reads, {newest}")));
    }
    Ok(())
}

fn new_row<T: Entry>(value: &T) -> NewRow {
    NewRow { value: value.write(), terms: value.terms(), expires_at: value.expires_at() }
}
