//! The line of a request to the management API. Who asked for what is in the audit log.

use edge_authorizer::ErrorCode;
use serde::Serialize;

use super::shortened::{MAX_ADDRESS, MAX_METHOD, MAX_PATH, shortened};
use crate::http::{Request, Response};

#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
struct Line<'m> {
    event: &'static str,
    request_id: &'m str,
    method: &'m str,
    path: &'m str,
    address: Option<&'m str>,
    status: u16,
    code: Option<&'m str>,
}

/// The line of a request.
pub fn management(request: &Request, response: &Response) -> String {
    let line = Line {
        event: "management",
        request_id: &request.id,
        method: shortened(&request.method, MAX_METHOD),
        path: shortened(&request.path, MAX_PATH),
        address: request.address.as_deref().map(|address| shortened(address, MAX_ADDRESS)),
        status: response.status,
        code: response.code.map(ErrorCode::as_str),
    };
    serde_json::to_string(&line).unwrap_or_default()
}
