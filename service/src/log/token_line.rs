//! The line of a request for a token.

use edge_authorizer::NumericDate;
use edge_authorizer::accounts::ClientId;
use serde::Serialize;

use super::shortened::{MAX_ADDRESS, MAX_METHOD, shortened};
use crate::http::Request;

#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
struct Line<'m> {
    event: &'static str,
    time: String,
    request_id: &'m str,
    method: &'m str,
    client: Option<&'m ClientId>,
    address: Option<&'m str>,
    status: u16,
    error: Option<&'m str>,
}

/// The line of a request that was answered at `answered`. `client` is what it claims to be from.
pub fn token(
    request: &Request,
    client: Option<&ClientId>,
    status: u16,
    error: Option<&str>,
    answered: NumericDate,
) -> String {
    let line = Line {
        event: "token",
        time: answered.to_rfc3339(),
        request_id: &request.id,
        method: shortened(&request.method, MAX_METHOD),
        client,
        address: request.address.as_deref().map(|address| shortened(address, MAX_ADDRESS)),
        status,
        error,
    };
    serde_json::to_string(&line).unwrap_or_default()
}
