//! How much a project may have.

/// The most identity providers of a project.
pub const MAX_IDPS: usize = 100;

/// The most keys that a project does not trust.
pub const MAX_BLOCKED: usize = 100;

/// The most revocations of a project.
pub const MAX_REVOCATIONS: usize = 1000;

/// The most service accounts of a project.
pub const MAX_ACCOUNTS: usize = 100;

/// The most different roles of a project's accounts and members: the entry of the gateway's own issuer names them all.
pub const MAX_ROLES: usize = 200;

/// What the settings of a project's accounts may take where they are stored, in bytes of JSON.
pub const MAX_ACCOUNT_BYTES: usize = 256 * 1024;

/// The largest snapshot, in bytes of JSON: each edge reads it as a whole and keeps it in memory.
pub const MAX_SNAPSHOT: usize = 256 * 1024;

/// A limit that is reached.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Limit {
    /// [`MAX_IDPS`].
    Entries,
    /// [`MAX_BLOCKED`].
    BlockedKeys,
    /// [`MAX_REVOCATIONS`].
    Revocations,
    /// [`MAX_ACCOUNTS`].
    Accounts,
    /// Two live secrets of an account.
    Secrets,
    /// [`MAX_ROLES`].
    Roles,
    /// [`MAX_ACCOUNT_BYTES`].
    AccountBytes,
    /// [`MAX_SNAPSHOT`].
    Snapshot,
}

impl Limit {
    /// What is full, and what to do.
    pub fn reason(self) -> &'static str {
        match self {
            Self::Entries => "the project has 100 entries; remove one first",
            Self::BlockedKeys => "the project has 100 distrusted keys; trust one again first",
            Self::Revocations => "the project has 1 000 revocations; remove one first",
            Self::Accounts => "the project has 100 service accounts; remove one first",
            Self::Secrets => {
                "the account has two live secrets; remove one first, or leave out `overlapSeconds`, which removes both"
            }
            Self::Roles => {
                "the service accounts and members of the project would have more than 200 different roles together; use roles that others have"
            }
            Self::AccountBytes => {
                "the service accounts of the project would take more than 256 KiB of JSON together; shorten labels, roles or keys"
            }
            Self::Snapshot => {
                "entries, distrusted keys and revocations of the project would take more than 256 KiB of JSON together; shorten or remove some"
            }
        }
    }
}
