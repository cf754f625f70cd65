//! Outgoing requests.

use edge_authorizer::Time;
use futures_util::future::{Either, select};
use js_sys::futures::JsFuture;
use js_sys::{Promise, Reflect, Uint8Array};
use wasm_bindgen::{JsCast, JsValue};
use web_sys::{
    AbortController, ReadableStream, ReadableStreamDefaultReader, RequestInit, Response, WorkerGlobalScope,
};
use worker::Delay;

/// Why there is no answer.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum NoAnswer {
    /// The host cannot be reached, or what it says is not HTTP.
    Unreachable,
    /// The answer did not begin in time.
    Timeout,
}

/// Fetches `url`. The answer has to begin within `timeout_ms`; its body may take longer.
pub async fn fetch(url: &str, init: &RequestInit, timeout_ms: u32) -> Result<Response, NoAnswer> {
    let controller = AbortController::new().map_err(|_| NoAnswer::Unreachable)?;
    init.set_signal(Some(&controller.signal()));
    let answer = JsFuture::from(scope().fetch_with_str_and_init(url, init));
    let timeout = Delay::from(std::time::Duration::from_millis(timeout_ms.into()));
    match select(answer, std::pin::pin!(timeout)).await {
        Either::Left((answer, _)) => {
            answer.and_then(JsCast::dyn_into).map_err(|_: JsValue| NoAnswer::Unreachable)
        }
        Either::Right(_) => {
            controller.abort();
            Err(NoAnswer::Timeout)
        }
    }
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
pub fn now() -> Time {
    Time::from_seconds(js_sys::Date::now() / 1000.0)
}
