//! Outgoing requests.

use edge_authorizer::NumericDate;
use js_sys::futures::JsFuture;
use js_sys::{Promise, Reflect, Uint8Array};
use wasm_bindgen::prelude::wasm_bindgen;
use wasm_bindgen::{JsCast, JsValue};
use web_sys::{ReadableStream, ReadableStreamDefaultReader, WorkerGlobalScope};

#[wasm_bindgen]
extern "C" {
    #[wasm_bindgen(js_namespace = crypto, js_name = randomUUID)]
    fn random_uuid() -> String;

    #[wasm_bindgen(catch, js_name = String)]
    fn text(value: &JsValue) -> Result<String, JsValue>;
}

/// An id for a request, by which its log line is found: a random UUID (RFC 9562, section 5.4).
pub fn new_id() -> String {
    random_uuid()
}

/// The bytes of a stream, if it ends within `limit` of them.
pub async fn read_at_most(stream: &ReadableStream, limit: usize) -> Option<Vec<u8>> {
    let reader: ReadableStreamDefaultReader = stream.get_reader().dyn_into().ok()?;
    let mut body = Vec::new();
    loop {
        let chunk = wait(reader.read()).await.ok()?;
        if Reflect::get(&chunk, &"done".into()).ok()?.is_truthy() {
            return Some(body);
        }
        let bytes: Uint8Array = Reflect::get(&chunk, &"value".into()).ok()?.dyn_into().ok()?;
        if body.len() + bytes.length() as usize > limit {
            // Nobody waits for what a cancelled stream says.
            let _cancelled = reader.cancel();
            return None;
        }
        body.extend(bytes.to_vec());
    }
}

/// Waits for a promise.
pub async fn wait(promise: Promise) -> Result<JsValue, JsValue> {
    JsFuture::from(promise).await
}

/// The worker's global object.
pub fn scope() -> WorkerGlobalScope {
    js_sys::global().unchecked_into()
}

/// The time by the platform's clock.
pub fn now() -> NumericDate {
    NumericDate::from_seconds(js_sys::Date::now() / 1000.0)
}

/// What went wrong, as JavaScript puts it.
pub fn reason(error: &JsValue) -> String {
    text(error).unwrap_or_default()
}
