//! Values of which replicas may hold an older version.

/// A value with an age and a size. Stores are replicas: a later read may return an older version than an earlier one.
pub trait Versioned {
    /// Whether `other` supersedes this version; `false` where the versions cannot be compared.
    fn is_older_than(&self, other: &Self) -> bool;

    /// Its size in memory beyond [`crate::weight`] of its text, in bytes.
    fn surplus(&self) -> usize {
        0
    }
}
