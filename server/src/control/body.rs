//! The bodies of requests, read as they arrive.

use std::cell::{Cell, RefCell};
use std::collections::BTreeMap;
use std::time::Duration;

use bytes::Bytes;
use http_body_util::BodyExt;
use hyper::body::{Body as _, Incoming};
use service::http::{BODY_SECONDS, Body, BodyError, MAX_BODY_BYTES, MAX_SHARE_BYTES, SMALL_BODY_BYTES};
use tokio::time::{Instant, timeout, timeout_at};

/// What the bodies that are being read hold, for each record by the part of the path that names it.
#[derive(Default)]
pub struct Rooms {
    taken: Cell<usize>,
    shares: RefCell<BTreeMap<String, usize>>,
}

/// The body of a request.
pub struct Stream<'r> {
    /// The body itself.
    pub body: &'r mut Incoming,
    /// What all bodies hold.
    pub rooms: &'r Rooms,
    /// Which record it is for.
    pub owner: String,
}

impl Body for Stream<'_> {
    async fn read(self, limit: usize) -> Result<Option<Vec<u8>>, BodyError> {
        if self.body.is_end_stream() {
            return Ok(None);
        }
        let end = Instant::now() + Duration::from_secs_f64(BODY_SECONDS);
        let mut room = Room { rooms: self.rooms, owner: self.owner, bytes: 0, small: SMALL_BODY_BYTES };
        let mut bytes = Vec::new();
        while let Some(chunk) = timeout_at(end, next(self.body)).await.map_err(|_| BodyError::TooSlow)?? {
            if bytes.len() + chunk.len() > limit {
                return Err(BodyError::TooLong);
            }
            room.take(chunk.len())?;
            bytes.extend_from_slice(&chunk);
        }
        Ok(Some(bytes))
    }
}

/// The next bytes, if there are more.
async fn next(body: &mut Incoming) -> Result<Option<Bytes>, BodyError> {
    loop {
        let Some(frame) = body.frame().await else { return Ok(None) };
        // Trailers mean nothing here.
        if let Ok(bytes) = frame.map_err(|_| BodyError::Incomplete)?.into_data() {
            return Ok(Some(bytes));
        }
    }
}

/// The most of a body that is read to be dropped, in bytes, and how long that may take.
const MAX_DROPPED_BYTES: usize = 4 * 1024 * 1024;
const DROP_TIME: Duration = Duration::from_secs(2);

/// Reads what is left of a body, and drops it: a client that still sends would not see the answer.
pub async fn drop_rest(body: &mut Incoming) {
    let drop_all = async {
        let mut bytes = 0;
        while let Ok(Some(chunk)) = next(body).await {
            bytes += chunk.len();
            if bytes > MAX_DROPPED_BYTES {
                break;
            }
        }
    };
    let _in_time_or_not = timeout(DROP_TIME, drop_all).await;
}

/// What one body takes of the memory for all, until this is dropped.
struct Room<'r> {
    rooms: &'r Rooms,
    owner: String,
    bytes: usize,
    /// What is left of the bytes that need no room.
    small: usize,
}

impl Room<'_> {
    fn take(&mut self, bytes: usize) -> Result<(), BodyError> {
        let free = bytes.min(self.small);
        self.small -= free;
        let bytes = bytes - free;
        let share = self.share();
        let (taken, grown) = (self.rooms.taken.get() + bytes, share + bytes);
        // However much the bodies of others take, one for each record can be read.
        let is_alone = share == self.bytes;
        if bytes > 0 && !is_alone && (taken > MAX_BODY_BYTES || grown > MAX_SHARE_BYTES) {
            return Err(BodyError::NoRoom);
        }
        self.set(taken, grown);
        self.bytes += bytes;
        Ok(())
    }

    fn share(&self) -> usize {
        self.rooms.shares.borrow().get(&self.owner).copied().unwrap_or_default()
    }

    fn set(&self, taken: usize, share: usize) {
        self.rooms.taken.set(taken);
        let mut shares = self.rooms.shares.borrow_mut();
        if share == 0 {
            shares.remove(&self.owner);
        } else {
            shares.insert(self.owner.clone(), share);
        }
    }
}

impl Drop for Room<'_> {
    fn drop(&mut self) {
        let taken = self.rooms.taken.get().saturating_sub(self.bytes);
        self.set(taken, self.share().saturating_sub(self.bytes));
    }
}
