//! The format of what is stored of users.

/// The format that this release writes, and the newest that it reads. What has no number is of format 0.
pub const FORMAT: u32 = 1;

/// A stored value that this release cannot read.
#[derive(Debug, thiserror::Error)]
pub enum Unreadable {
    /// It is not of the form.
    #[error("{0}")]
    Malformed(#[from] serde_json::Error),
    /// A release that is more than one ahead wrote it.
    #[error("format {0} is newer than this release reads, {FORMAT}")]
    Format(u32),
}

/// Checks the number of a format.
pub fn check_format(format: u32) -> Result<(), Unreadable> {
    if format > FORMAT { Err(Unreadable::Format(format)) } else { Ok(()) }
}
