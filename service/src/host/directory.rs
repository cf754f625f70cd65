//! The directory: users, their sessions, and what logging in needs to remember.

use serde::{Deserialize, Serialize};

use super::failure::Failure;

/// A kind of rows.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub enum Kind {
    /// People who may log in, and what they may do.
    User,
    /// Their sessions, by the digest of the cookie.
    Session,
    /// The company's OpenID Provider, of which there is one.
    Federation,
    /// Links of mails, by the digest of what is in them.
    Link,
    /// Sessions at the provider that ended, so that nothing under way revives them.
    Tombstone,
    /// Ids that are accepted once.
    Spent,
    /// Logins that were refused, for administrators.
    RefusedLogin,
    /// Mails to be sent.
    Mail,
    /// Passwords that were wrong, by account and address.
    Failure,
    /// Projects that users can be members of, with the roles there.
    Project,
    /// Entries of audit logs, which are stored elsewhere, until they are there.
    AuditNote,
}

impl Kind {
    /// All kinds.
    pub const ALL: [Self; 11] = [
        Self::User,
        Self::Session,
        Self::Federation,
        Self::Link,
        Self::Tombstone,
        Self::Spent,
        Self::RefusedLogin,
        Self::Mail,
        Self::Failure,
        Self::Project,
        Self::AuditNote,
    ];

    /// Its name where rows are stored.
    pub const fn name(self) -> &'static str {
        match self {
            Self::User => "user",
            Self::Session => "session",
            Self::Federation => "federation",
            Self::Link => "link",
            Self::Tombstone => "tombstone",
            Self::Spent => "spent",
            Self::RefusedLogin => "refused-login",
            Self::Mail => "mail",
            Self::Failure => "failure",
            Self::Project => "project",
            Self::AuditNote => "audit-note",
        }
    }

    /// The most rows of it.
    pub const fn max_rows(self) -> u64 {
        match self {
            Self::User => 200_000,
            Self::Session | Self::Link | Self::Tombstone | Self::Spent | Self::Failure | Self::Project => {
                100_000
            }
            Self::Federation => 10,
            Self::RefusedLogin | Self::AuditNote => 1_000,
            Self::Mail => 10_000,
        }
    }
}

/// What rows can be found by, besides their id.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub enum TermName {
    /// A user's email address. No two users have the same.
    Email,
    /// Who a user is at a provider: issuer and subject. No two users are the same.
    Identity,
    /// A project in which a user has roles.
    Project,
    /// Whose a session, a link or a mail is.
    User,
    /// The session at the provider: issuer and `sid`.
    ProviderSession,
    /// The subject at the provider: issuer and `sub`.
    ProviderSubject,
    /// When it was written or is due, as a text that sorts by it.
    Time,
}

impl TermName {
    /// Its name where rows are stored.
    pub const fn name(self) -> &'static str {
        match self {
            Self::Email => "email",
            Self::Identity => "identity",
            Self::Project => "project",
            Self::User => "user",
            Self::ProviderSession => "sid",
            Self::ProviderSubject => "sub",
            Self::Time => "time",
        }
    }

    /// Whether no two rows of a kind have the same value.
    pub const fn is_unique(self) -> bool {
        matches!(self, Self::Email | Self::Identity)
    }
}

/// What a row can be found by.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Term {
    /// The kind of value.
    pub name: TermName,
    /// The value.
    pub value: String,
}

/// The name of a row.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
pub struct RowKey {
    /// Its kind.
    pub kind: Kind,
    /// Its id, at most 200 bytes.
    pub id: String,
}

/// A row as it is stored.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Row {
    /// Its id.
    pub id: String,
    /// Its value, in JSON.
    pub value: String,
    /// Changes with each commit, and is never one that another row or an earlier one of the id had.
    pub revision: u64,
}

/// A row as it is written.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct NewRow {
    /// Its value, in JSON.
    pub value: String,
    /// What it can be found by.
    pub terms: Vec<Term>,
    /// From when on it is as good as absent, in seconds since 1970.
    pub expires_at: Option<f64>,
}

/// What becomes of a row.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub enum RowWrite {
    /// Nothing: it only has to be at the expected revision.
    Keep,
    /// It is removed.
    Delete,
    /// It is written.
    Put(NewRow),
}

/// A change of a row.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct RowChange {
    /// The row.
    pub key: RowKey,
    /// The revision that was read; `None`: there must be no such row.
    pub expected: Option<u64>,
    /// What becomes of it.
    pub write: RowWrite,
}

/// Why nothing was written.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub enum RowError {
    /// A row is no longer at the expected revision.
    Conflict,
    /// Another row has a term that must be unique.
    Taken(TermName),
    /// There are too many rows of a kind.
    Full(Kind),
    /// The store failed. Whether it wrote is unknown.
    Failed(String),
}

impl From<Failure> for RowError {
    fn from(Failure(reason): Failure) -> Self {
        Self::Failed(reason)
    }
}

/// Which rows are wanted.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct RowQuery {
    /// Their kind.
    pub kind: Kind,
    /// What they are found by.
    pub term: TermName,
    /// The value that they have, in the order of their ids; `None`: any, in the order of the values.
    pub value: Option<String>,
    /// Only those after this id, or this value.
    pub after: Option<String>,
    /// The most rows.
    pub limit: u32,
}

/// Stores rows that are found by their id and by terms. What is written in one commit is written as a whole or not at all.
/// Rows whose time has come are absent, whether or not they were removed.
///
/// **Durable Object.** One object has all rows, in SQLite; [`Directory`] of other parts of the gateway sends it messages.
///
/// **SQL database.** The tables `entry (kind, id, value, revision, expires_at)` and `term (kind, name, value, id)`, and one
/// transaction for a commit.
pub trait Directory {
    /// A row, if there is one.
    fn row(&self, key: &RowKey) -> impl Future<Output = Result<Option<Row>, Failure>>;

    /// Rows with a term.
    fn find(&self, query: &RowQuery) -> impl Future<Output = Result<Vec<Row>, Failure>>;

    /// Writes rows if all are at their expected revisions.
    fn commit_rows(&self, changes: &[RowChange]) -> impl Future<Output = Result<(), RowError>>;
}

impl RowKey {
    /// The row of a kind with an id.
    pub fn new(kind: Kind, id: impl Into<String>) -> Self {
        Self { kind, id: id.into() }
    }
}

impl Term {
    /// A value of a name.
    pub fn new(name: TermName, value: impl Into<String>) -> Self {
        Self { name, value: value.into() }
    }
}

impl RowChange {
    /// Writes a row.
    pub fn put(key: RowKey, expected: Option<u64>, row: NewRow) -> Self {
        Self { key, expected, write: RowWrite::Put(row) }
    }

    /// Removes a row.
    pub fn delete(key: RowKey, expected: u64) -> Self {
        Self { key, expected: Some(expected), write: RowWrite::Delete }
    }

    /// Demands that a row is as it was read.
    pub fn keep(key: RowKey, expected: Option<u64>) -> Self {
        Self { key, expected, write: RowWrite::Keep }
    }
}
