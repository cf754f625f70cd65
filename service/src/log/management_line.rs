//! The line of a request to the management API. Who asked for what is in the audit log.

use serde::Serialize;

use super::shortened::{MAX_METHOD_CHARACTERS, MAX_PATH_CHARACTERS, shortened};

#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
struct Line<'m> {
    event: &'static str,
    request_id: &'m str,
    method: &'m str,
    path: &'m str,
    status: u16,
}

/// The line of a request.
pub fn management(request_id: &str, method: &str, path: &str, status: u16) -> String {
    let (method, path) = (shortened(method, MAX_METHOD_CHARACTERS), shortened(path, MAX_PATH_CHARACTERS));
    let line = Line { event: "management", request_id, method, path, status };
    serde_json::to_string(&line).unwrap_or_default()
}
