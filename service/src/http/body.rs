//! The bodies of requests.

/// The body is longer than the limit, or ended early.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct BodyTooLong;

/// A body that is yet to be read: nothing is read for a caller who may not send it.
pub trait Body {
    /// Its bytes, if it ends within `limit` of them; `None` where there is no body.
    fn read(self, limit: usize) -> impl Future<Output = Result<Option<Vec<u8>>, BodyTooLong>>;
}

/// A body that was read already.
impl Body for Option<Vec<u8>> {
    async fn read(self, limit: usize) -> Result<Option<Vec<u8>>, BodyTooLong> {
        if self.as_ref().is_some_and(|bytes| bytes.len() > limit) { Err(BodyTooLong) } else { Ok(self) }
    }
}
