//! The bodies of requests, read as they arrive.

use std::cell::Cell;

use cloudflare::http::now;
use js_sys::{Reflect, Uint8Array};
use service::http::{BODY_SECONDS, Body, BodyError, MAX_BODY_BYTES, MAX_SHARE_BYTES, SMALL_BODY_BYTES};
use wasm_bindgen::{JsCast, JsValue};
use web_sys::{ReadableStreamDefaultReader, Request};

use crate::timeout::within;

/// The body of a request.
pub struct Stream<'r> {
    /// The request.
    pub request: &'r Request,
    /// The bytes of all bodies that the object is reading.
    pub share: &'r Cell<usize>,
}

impl Body for Stream<'_> {
    async fn read(self, limit: usize) -> Result<Option<Vec<u8>>, BodyError> {
        let Some(stream) = self.request.body() else { return Ok(None) };
        let reader: ReadableStreamDefaultReader = stream.get_reader().unchecked_into();
        let bytes = collect(&reader, limit, self.share).await;
        match bytes {
            Err(BodyError::TooLong) => drop_rest(&reader).await,
            // No request waits for what a cancelled stream says.
            Err(_) => drop(reader.cancel()),
            Ok(_) => {}
        }
        bytes.map(Some)
    }
}

/// Reads what is left of a body that was not read, and drops it. The runtime reports an error for a body that still
/// arrives when its request is answered, and a proxy before it may end the connection.
pub async fn drop_unread(request: &Request) {
    let unread = request.body().filter(|_| !request.body_used());
    if let Some(stream) = unread {
        drop_rest(&stream.get_reader().unchecked_into()).await;
    }
}

/// The most of a body that is read to be dropped, in bytes, and how long that may take, in seconds.
const MAX_DROPPED_BYTES: usize = 4 * 1024 * 1024;
const DROP_SECONDS: f64 = 2.0;

async fn drop_rest(reader: &ReadableStreamDefaultReader) {
    let end = now().plus(DROP_SECONDS);
    let mut bytes = 0;
    while let Ok(Some(chunk)) = next(reader, end.as_seconds() - now().as_seconds()).await {
        bytes += chunk.length() as usize;
        if bytes > MAX_DROPPED_BYTES {
            break;
        }
    }
    // No request waits for what a cancelled stream says.
    let _cancelled = reader.cancel();
}

async fn collect(
    reader: &ReadableStreamDefaultReader,
    limit: usize,
    share: &Cell<usize>,
) -> Result<Vec<u8>, BodyError> {
    let (mut bytes, mut room) = (Vec::new(), Room { share, bytes: 0, small: SMALL_BODY_BYTES });
    let end = now().plus(BODY_SECONDS);
    while let Some(chunk) = next(reader, end.as_seconds() - now().as_seconds()).await? {
        let length = chunk.length() as usize;
        if bytes.len() + length > limit {
            return Err(BodyError::TooLong);
        }
        room.take(length)?;
        bytes.extend(chunk.to_vec());
    }
    Ok(bytes)
}

/// The next bytes, if there are more.
async fn next(reader: &ReadableStreamDefaultReader, seconds: f64) -> Result<Option<Uint8Array>, BodyError> {
    let read = within(seconds, &reader.read())
        .await
        .map_err(|error| if error.is_undefined() { BodyError::TooSlow } else { BodyError::Incomplete })?;
    let member = |name: &str| Reflect::get(&read, &JsValue::from_str(name)).unwrap_or_default();
    if member("done").is_truthy() {
        return Ok(None);
    }
    member("value").dyn_into().map(Some).map_err(|_| BodyError::Incomplete)
}

thread_local! {
    /// The bytes of all bodies that the isolate is reading.
    static TAKEN: Cell<usize> = const { Cell::new(0) };
}

/// What one body takes of the memory for all, until this is dropped.
struct Room<'r> {
    share: &'r Cell<usize>,
    bytes: usize,
    /// What is left of the bytes that need no room.
    small: usize,
}

impl Room<'_> {
    fn take(&mut self, bytes: usize) -> Result<(), BodyError> {
        let free = bytes.min(self.small);
        self.small -= free;
        let bytes = bytes - free;
        let (taken, share) = (TAKEN.get() + bytes, self.share.get() + bytes);
        // However much the bodies of others take, each object can read one.
        let is_alone = self.share.get() == self.bytes;
        if bytes > 0 && !is_alone && (taken > MAX_BODY_BYTES || share > MAX_SHARE_BYTES) {
            return Err(BodyError::NoRoom);
        }
        TAKEN.set(taken);
        self.share.set(share);
        self.bytes += bytes;
        Ok(())
    }
}

impl Drop for Room<'_> {
    fn drop(&mut self) {
        TAKEN.set(TAKEN.get().saturating_sub(self.bytes));
        self.share.set(self.share.get().saturating_sub(self.bytes));
    }
}
