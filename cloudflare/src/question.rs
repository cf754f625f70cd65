//! Questions in JSON between the parts of the gateway: from the edge to the control plane, and between its objects.

use edge_authorizer::{FetchReason, Unavailable};
use serde::{Deserialize, Serialize};
use service::log::{request_warning, warning};
use wasm_bindgen::JsValue;
use web_sys::{Request, RequestInit, Response};

use crate::console::Console;
use crate::env::Fetcher;
use crate::http;

/// A question of the edge to the control plane.
#[derive(Debug, Serialize, Deserialize)]
pub enum Question {
    /// An issuer's keys, for the given reason. The answer is a [`service::host::IssuerResponse`].
    Keys(String, FetchReason),
    /// The text that is published under a key of `CONFIG`, or would be: KV lags behind.
    Published(String),
    /// The access token of a session. The answer is an optional [`service::host::SessionToken`].
    Session {
        /// The session's cookie.
        cookie: String,
    },
}

/// The header by which the control plane tells the edge which key of `CONFIG` a request changed, or that it ended a session. It
/// goes no further.
pub const CHANGED: &str = "x-changed";

/// With what the header begins where a session ended; then follows the digest of its cookie.
pub const ENDED_SESSION: &str = "session/";

/// Where questions are sent. Other URLs are those of clients.
pub const URL: &str = "https://object/";

/// Puts a question to `whom`, which `name` names in the log. The answer is a text.
pub async fn put(whom: &Fetcher, name: &str, question: &impl Serialize) -> Result<String, Unavailable> {
    let question = serde_json::to_string(question).map_err(|error| failed(name, error))?;
    let init = RequestInit::new();
    init.set_method("POST");
    init.set_body(&JsValue::from_str(&question));
    let request =
        Request::new_with_str_and_init(URL, &init).map_err(|error| failed(name, http::reason(&error)))?;
    let answer = async {
        let response = whom.fetch(&request).await?;
        let text = http::wait(response.text()?).await?.as_string().unwrap_or_default();
        Ok::<(Response, String), JsValue>((response, text))
    };
    let (response, text) = answer.await.map_err(|error| failed(name, http::reason(&error)))?;
    if response.ok() { Ok(text) } else { Err(failed(name, text)) }
}

/// Logs that a part of the gateway did not answer.
pub fn failed(name: &str, reason: impl std::fmt::Display) -> Unavailable {
    warning(&Console, "object_failed", name, reason);
    Unavailable
}

/// The same for a part that should have answered a client's request.
pub fn request_failed(request_id: &str, name: &str, reason: impl std::fmt::Display) -> Unavailable {
    request_warning(&Console, request_id, "object_failed", name, reason);
    Unavailable
}
