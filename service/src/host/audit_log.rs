//! The audit logs of records.

/// An entry to append.
#[derive(Clone, Debug, PartialEq)]
pub struct AuditNote {
    /// The entry, in JSON.
    pub entry: String,
    /// Whether it is about a refused attempt.
    pub is_refusal: bool,
    /// Whether it begins the history of a project of this name: what is before it belongs to former ones.
    pub begins: bool,
}

/// A page of a log: the newest entries in a range.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct AuditRange {
    /// Only entries with a number below this one.
    pub before: Option<u64>,
    /// Only entries from the last one on that begins a history.
    pub is_since_begin: bool,
    /// How many at most.
    pub limit: u32,
}

/// An entry of a log.
#[derive(Clone, Debug, PartialEq)]
pub struct AuditRow {
    /// Its number, which grows with each entry of the log.
    pub number: u64,
    /// When it was written, in seconds since 1970.
    pub at: f64,
    /// The entry, in JSON.
    pub entry: String,
}
