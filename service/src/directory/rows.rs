//! Reading and writing the directory.

use edge_authorizer::Unavailable;

use super::entry::{Entry, Stored};
use crate::host::{Directory, Failure, Kind, LogSink, Row, RowChange, RowError, RowKey, RowQuery, TermName};
use crate::log::warning;

/// How often a change is tried again when another commit came first: of the writers of a row one succeeds in each round.
pub const ATTEMPTS: u32 = 100;

/// The directory of a host.
pub struct Rows<'h, H>(pub &'h H);

/// Why nothing was written.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum CommitFailure {
    /// A row changed since it was read: read again.
    Conflict,
    /// Another row has a term that must be unique.
    Taken(TermName),
    /// There are too many rows of a kind.
    Full(Kind),
    /// The directory fails, which the log says.
    Unavailable,
}

impl From<Unavailable> for CommitFailure {
    fn from(Unavailable: Unavailable) -> Self {
        Self::Unavailable
    }
}

impl<H: Directory + LogSink> Rows<'_, H> {
    /// An entry, if there is one.
    pub async fn load<T: Entry>(&self, id: &str) -> Result<Option<Stored<T>>, Unavailable> {
        let row = self.0.row(&RowKey::new(T::KIND, id)).await.map_err(|failure| self.failed(&failure))?;
        row.map(|row| self.read(row)).transpose()
    }

    /// The entries with a term, at most `limit`, those after the id `after`.
    pub async fn having<T: Entry>(
        &self,
        term: TermName,
        value: &str,
        after: Option<&str>,
        limit: u32,
    ) -> Result<Vec<Stored<T>>, Unavailable> {
        self.find(term, Some(value), after, limit).await
    }

    /// The entries that have a term at all, in the order of its values, at most `limit`, those after the value `after`.
    pub async fn all<T: Entry>(
        &self,
        term: TermName,
        after: Option<&str>,
        limit: u32,
    ) -> Result<Vec<Stored<T>>, Unavailable> {
        self.find(term, None, after, limit).await
    }

    async fn find<T: Entry>(
        &self,
        term: TermName,
        value: Option<&str>,
        after: Option<&str>,
        limit: u32,
    ) -> Result<Vec<Stored<T>>, Unavailable> {
        let rows = self.found(T::KIND, term, value, after, limit).await?;
        rows.into_iter().map(|row| self.read(row)).collect()
    }

    /// The entries with a term, as [`Rows::having`] gives them, or, without a value, [`Rows::all`]; and the rows among them that cannot be
    /// read, each of which the log names.
    pub async fn readable<T: Entry>(
        &self,
        term: TermName,
        value: Option<&str>,
        after: Option<&str>,
        limit: u32,
    ) -> Result<(Vec<Stored<T>>, Vec<Row>), Unavailable> {
        let (mut entries, mut unreadable) = (Vec::new(), Vec::new());
        for row in self.found(T::KIND, term, value, after, limit).await? {
            match self.read(row.clone()) {
                Ok(entry) => entries.push(entry),
                Err(Unavailable) => unreadable.push(row),
            }
        }
        Ok((entries, unreadable))
    }

    async fn found(
        &self,
        kind: Kind,
        term: TermName,
        value: Option<&str>,
        after: Option<&str>,
        limit: u32,
    ) -> Result<Vec<Row>, Unavailable> {
        let (value, after) = (value.map(str::to_owned), after.map(str::to_owned));
        let query = RowQuery { kind, term, value, after, limit };
        self.0.find(&query).await.map_err(|failure| self.failed(&failure))
    }

    /// Writes rows if all are as they were read.
    pub async fn commit(&self, changes: &[RowChange]) -> Result<(), CommitFailure> {
        self.0.commit_rows(changes).await.map_err(|error| match error {
            RowError::Conflict => CommitFailure::Conflict,
            RowError::Taken(name) => CommitFailure::Taken(name),
            RowError::Full(kind) => {
                warning(self.0, "directory_full", kind.name(), "there are too many rows of this kind");
                CommitFailure::Full(kind)
            }
            RowError::Failed(reason) => {
                self.failed(&Failure(reason));
                CommitFailure::Unavailable
            }
        })
    }

    fn read<T: Entry>(&self, row: Row) -> Result<Stored<T>, Unavailable> {
        let Row { id, value, revision } = row;
        let value = T::read(&value).map_err(|error| {
            warning(self.0, "value_malformed", &id, error);
            Unavailable
        })?;
        Ok(Stored { id, value, revision })
    }

    fn failed(&self, failure: &Failure) -> Unavailable {
        warning(self.0, "directory_failed", "directory", failure);
        Unavailable
    }
}
