//! The bodies of requests.

/// Why a body was not read.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum BodyError {
    /// It is longer than the limit.
    TooLong,
    /// It did not arrive in time.
    TooSlow,
    /// It ended early.
    Incomplete,
    /// The bodies that are being read take all the memory there is for them.
    NoRoom,
}

/// A body that is yet to be read: nothing is read for a caller who may not send it.
///
/// Memory that clients can hold by sending slowly is bounded: a host gives up a body after [`BODY_SECONDS`], and keeps no
/// more than [`MAX_BODY_BYTES`] of all bodies that it reads, [`MAX_SHARE_BYTES`] of them for one record. One body for a record is
/// read in any case, and the first [`SMALL_BODY_BYTES`] of each.
pub trait Body {
    /// Its bytes, if it ends within `limit` of them; `None` where there is no body.
    fn read(self, limit: usize) -> impl Future<Output = Result<Option<Vec<u8>>, BodyError>>;
}

/// How long a body may take to arrive, in seconds.
pub const BODY_SECONDS: f64 = 30.0;

/// How much of the bodies that are being read a process keeps, in bytes.
pub const MAX_BODY_BYTES: usize = 16 * 1024 * 1024;

/// How much of them may be for one record, in bytes.
pub const MAX_SHARE_BYTES: usize = 4 * 1024 * 1024;

/// The bytes of a body that are not among those, as its headers take as much: slow senders of large bodies do not
/// prevent small ones.
pub const SMALL_BODY_BYTES: usize = 8 * 1024;

/// A body that was read already.
impl Body for Option<Vec<u8>> {
    async fn read(self, limit: usize) -> Result<Option<Vec<u8>>, BodyError> {
        if self.as_ref().is_some_and(|bytes| bytes.len() > limit) {
            Err(BodyError::TooLong)
        } else {
            Ok(self)
        }
    }
}
